#include <gmock/gmock.h>

#include "storage/log.h"
#include "storage/test_support.h"

namespace millrace::storage {
namespace {

using record::Sequence;
using ::testing::ElementsAre;
using testing::Machine;
using testing::offsets_of;

const std::string first_log = "t-0/00000000000000000000.log";

/// Three synced and checkpointed batches, then three that no checkpoint knows.
void write_six_batches(Machine& machine) {
  machine.create();
  for (int i = 0; i < 3; ++i) machine.append({.records = 2});
  machine.sync();
  machine.take_checkpoint();
  for (int i = 0; i < 3; ++i) machine.append({.records = 2});
  machine.sync();
}

std::shared_ptr<io::File> open_file(Machine& machine, std::string_view path) {
  return machine.disk.open(path, io::OpenMode::read_write).value();
}

void flip(io::File& file, uint64_t position, int bit) {
  std::byte byte[1];
  ASSERT_TRUE(io::read_exactly(file, position, byte));
  byte[0] ^= static_cast<std::byte>(1 << bit);
  Bytes pieces[] = {byte};
  ASSERT_TRUE(file.write_at(position, pieces));
}

constexpr uint64_t batch_bytes = 101;

TEST(LogRecovery, cuts_a_torn_tail_at_the_last_whole_batch_wherever_it_tore) {
  for (uint64_t cut = 3 * batch_bytes; cut <= 6 * batch_bytes; ++cut) {
    Machine machine;
    write_six_batches(machine);
    machine.kill();
    ASSERT_TRUE(open_file(machine, first_log)->truncate(cut));

    auto& log = machine.open();

    auto whole = static_cast<int64_t>(cut / batch_bytes);
    ASSERT_EQ(log.end_offset(), Offset(2 * whole)) << "cut at byte " << cut;
    ASSERT_FALSE(log.damage());
    ASSERT_EQ(machine.read(Offset(0)).size(), static_cast<std::size_t>(whole));
    ASSERT_EQ(machine.append().base_offset, Offset(2 * whole));
  }
}

TEST(LogRecovery, finds_every_flipped_bit_of_an_unsynced_batch) {
  // Base offset and leader epoch lie outside the checksum: a flip there may only be caught by
  // order.
  for (uint64_t byte = 4 * batch_bytes; byte < 5 * batch_bytes; ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      auto in_batch = byte - 4 * batch_bytes;
      bool covered = in_batch >= 16 || (in_batch >= 8 && in_batch < 12);
      if (!covered) continue;
      Machine machine;
      write_six_batches(machine);
      machine.kill();
      flip(*open_file(machine, first_log), byte, bit);

      auto& log = machine.open();

      ASSERT_EQ(log.end_offset(), Offset(8)) << "byte " << in_batch << " bit " << bit;
      ASSERT_FALSE(log.damage());
    }
  }
}

TEST(LogRecovery, never_cuts_below_the_recovery_point) {
  for (uint64_t byte : {uint64_t{20}, batch_bytes + 17, 2 * batch_bytes + 90}) {
    Machine machine;
    write_six_batches(machine);
    machine.kill();
    flip(*open_file(machine, first_log), byte, 3);
    auto before = open_file(machine, first_log)->size().value();

    for (int restart = 0; restart < 2; ++restart) {
      auto& log = machine.open();

      auto whole = static_cast<int64_t>(byte / batch_bytes);
      ASSERT_TRUE(log.damage());
      EXPECT_EQ(log.damage()->offset, Offset(2 * whole));
      EXPECT_EQ(log.damage()->position, static_cast<uint64_t>(whole) * batch_bytes);
      EXPECT_EQ(machine.try_append({}).error().code, Errc::corrupt);
      EXPECT_EQ(machine.read(Offset(0)).size(), static_cast<std::size_t>(whole));
      EXPECT_EQ(open_file(machine, first_log)->size().value(), before);
      machine.take_checkpoint();  // must not hide the damage from the next start
      machine.kill();
    }
  }
}

TEST(LogRecovery, calls_it_damage_when_synced_data_is_missing) {
  Machine machine;
  write_six_batches(machine);
  machine.kill();
  ASSERT_TRUE(open_file(machine, first_log)->truncate(2 * batch_bytes));

  auto& log = machine.open();

  ASSERT_TRUE(log.damage());
  EXPECT_EQ(log.damage()->kind, DamageKind::missing);
  EXPECT_EQ(machine.read(Offset(0)).size(), 2u);
  EXPECT_EQ(machine.try_append({}).error().code, Errc::corrupt);
}

TEST(LogRecovery, calls_it_damage_when_a_whole_segment_file_is_gone) {
  Machine machine;
  write_six_batches(machine);
  machine.kill();
  ASSERT_TRUE(machine.disk.remove(first_log));

  EXPECT_EQ(machine.open().damage()->kind, DamageKind::missing);
  machine.take_checkpoint();
  EXPECT_EQ(machine.recovery_point, Offset(6));
}

TEST(LogRecovery, finds_damage_behind_a_clean_end_too) {
  Machine machine;
  write_six_batches(machine);
  machine.close();
  flip(*open_file(machine, first_log), 4 * batch_bytes + 8, 6);  // the length

  auto& log = machine.open(true);

  ASSERT_TRUE(log.damage());
  EXPECT_EQ(log.end_offset(), Offset(8));
}

TEST(LogRecovery, drops_later_segments_behind_a_torn_one) {
  Machine machine;
  machine.create();
  for (int i = 0; i < 120; ++i) machine.append();
  ASSERT_GT(machine.log().segment_count(), 2u);
  machine.sync();
  machine.kill();
  flip(*open_file(machine, first_log), 10 * batch_bytes + 50, 0);

  auto& log = machine.open();

  EXPECT_EQ(log.end_offset(), Offset(10));
  EXPECT_EQ(log.segment_count(), 1u);
  EXPECT_EQ(machine.append().base_offset, Offset(10));
  machine.sync();
  machine.take_checkpoint();
  machine.crash(1);
  EXPECT_EQ(machine.open().end_offset(), Offset(11));
}

TEST(LogRecovery, takes_up_everything_written_when_only_the_process_died) {
  Machine machine;
  machine.create();
  for (int i = 0; i < 120; ++i) machine.append();
  machine.kill();

  auto& log = machine.open();

  EXPECT_EQ(log.end_offset(), Offset(120));
  EXPECT_EQ(log.durable_end(), Offset(120));
  machine.crash(7);
  EXPECT_EQ(machine.open().end_offset(), Offset(120));
}

TEST(LogRecovery, builds_lost_indexes_again) {
  Machine machine;
  machine.create();
  for (int i = 0; i < 120; ++i) machine.append();
  machine.close();
  ASSERT_TRUE(machine.disk.remove("t-0/00000000000000000000.index"));
  ASSERT_TRUE(open_file(machine, "t-0/00000000000000000000.timeindex")->truncate(5));

  machine.open(true);

  for (int i = 0; i < 120; ++i) {
    ASSERT_THAT(offsets_of(machine.read(Offset(i), 1)), ElementsAre(i));
  }
}

TEST(LogRecovery, removes_what_unfinished_work_left) {
  Machine machine;
  write_six_batches(machine);
  machine.close();
  for (auto name : {"t-0/00000000000000000004.log.deleted", "t-0/leader-epoch-checkpoint.tmp",
                    "t-0/00000000000000000003.index"}) {
    ASSERT_TRUE(machine.disk.open(name, io::OpenMode::create));
  }

  machine.open(true);

  auto entries = machine.disk.list("t-0").value();
  for (const auto& entry : entries) {
    EXPECT_FALSE(entry.name.ends_with(".deleted") || entry.name.ends_with(".tmp")) << entry.name;
    EXPECT_FALSE(entry.name.starts_with("00000000000000000003")) << entry.name;
  }
}

TEST(LogRecovery, refuses_the_directory_of_another_topic_with_the_same_name) {
  Machine machine;
  write_six_batches(machine);
  machine.close();
  FileCache files(machine.disk, 8);

  auto opened = Log::open({.files = files, .logger = {}}, {.partition = Machine::name(),
                                                           .topic_id = Uuid::random(),
                                                           .config = {},
                                                           .recovery_point = Offset(0),
                                                           .log_start = Offset(0),
                                                           .now = machine.now});

  EXPECT_EQ(opened.error().code, Errc::already_exists);
}

enum class Ending { clean, kill, kill_without_snapshots };

class ProducersAfterRestart : public ::testing::TestWithParam<Ending> {};

TEST_P(ProducersAfterRestart, still_know_their_last_batch) {
  Machine machine;
  machine.create();
  for (int i = 0; i < 100; ++i) {
    machine.append({.producer = ProducerId(1), .sequence = Sequence(i)});
    machine.append({.producer = ProducerId(2), .epoch = ProducerEpoch(4), .sequence = Sequence(i)});
  }
  machine.sync();
  if (GetParam() == Ending::clean) {
    machine.close();
  } else {
    machine.kill();
  }
  if (GetParam() == Ending::kill_without_snapshots) {
    auto entries = machine.disk.list("t-0").value();
    for (const auto& entry : entries) {
      if (entry.name.ends_with(".snapshot")) {
        ASSERT_TRUE(machine.disk.remove("t-0/" + entry.name));
      }
    }
  }

  machine.open(GetParam() == Ending::clean);

  auto again = machine.append({.producer = ProducerId(1), .sequence = Sequence(99)});
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.base_offset, Offset(198));
  EXPECT_EQ(machine.try_append({.producer = ProducerId(1), .sequence = Sequence(101)}).error().code,
            Errc::out_of_order);
  EXPECT_EQ(machine
                .try_append(
                    {.producer = ProducerId(2), .epoch = ProducerEpoch(3), .sequence = Sequence(0)})
                .error()
                .code,
            Errc::fenced);
  EXPECT_FALSE(machine.append({.producer = ProducerId(1), .sequence = Sequence(100)}).duplicate);
}

INSTANTIATE_TEST_SUITE_P(All, ProducersAfterRestart,
                         ::testing::Values(Ending::clean, Ending::kill,
                                           Ending::kill_without_snapshots));

TEST(LogRecovery, uses_an_older_snapshot_when_the_newest_is_unreadable) {
  Machine machine;
  machine.create();
  for (int i = 0; i < 100; ++i) {
    machine.append({.producer = ProducerId(1), .sequence = Sequence(i)});
  }
  machine.close();
  flip(*open_file(machine, "t-0/00000000000000000100.snapshot"), 12, 2);

  machine.open(true);

  EXPECT_TRUE(machine.append({.producer = ProducerId(1), .sequence = Sequence(99)}).duplicate);
}

}  // namespace
}  // namespace millrace::storage
