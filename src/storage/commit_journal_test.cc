#include "storage/commit_journal.h"

#include <gtest/gtest.h>

#include <optional>

#include "io/memory_directory.h"
#include "storage/checkpoints.h"
#include "storage/journal_replay.h"

// Invariants checked: whatever `append` returned success for is in its segment after a crash and a
// replay, also when the segment itself was never synced; nothing else is ever written.
namespace millrace::storage {
namespace {

constexpr uint64_t half_bytes = 4096;

class CommitJournalTest : public testing::Test {
 protected:
  void SetUp() override { make_partition("orders-0", orders_); }

  void make_partition(const std::string& name, TopicId id) {
    ASSERT_TRUE(disk_.make_directory(name));
    auto text = format_partition_metadata(id);
    ASSERT_TRUE(io::write_atomically(disk_, name + "/partition.metadata", as_bytes(text)));
    auto segment = *disk_.open(name + "/0.log", io::OpenMode::create);
    ASSERT_TRUE(segment->sync_data());
    ASSERT_TRUE(disk_.sync_directory(name));
    ASSERT_TRUE(disk_.sync_directory(""));
  }

  std::unique_ptr<CommitJournal> journal() {
    return std::move(*CommitJournal::create(disk_, commit_journal_name(0), half_bytes));
  }

  CommitJournal::Entry entry(uint64_t position, std::string_view bytes,
                             std::string_view path = "orders-0/0.log") {
    return {orders_, path, position, as_bytes(bytes)};
  }

  void append(CommitJournal& journal, std::vector<CommitJournal::Entry> entries) {
    ASSERT_TRUE(journal.append(entries));
  }

  JournalReplay replay() { return *replay_commit_journals(disk_, Logger()); }

  std::string content(const std::string& path) {
    auto file = *disk_.open(path, io::OpenMode::read_only);
    return std::string(as_text(*io::read_all(*file, 1 << 20)));
  }

  io::MemoryDirectory disk_;
  TopicId orders_ = TopicId::random();
};

TEST_F(CommitJournalTest, brings_back_what_a_segment_lost_in_a_power_cut) {
  auto j = journal();
  append(*j, {entry(0, "one")});
  append(*j, {entry(3, "two"), entry(6, "three")});

  disk_.crash(1);
  auto done = replay();

  EXPECT_EQ(done.rounds, 2u);
  EXPECT_EQ(content("orders-0/0.log"), "onetwothree");
}

TEST_F(CommitJournalTest, is_gone_after_a_replay_and_the_replay_is_durable) {
  auto j = journal();
  append(*j, {entry(0, "one")});
  replay();

  disk_.crash(2);

  EXPECT_EQ(replay().rounds, 0u);
  EXPECT_EQ(content("orders-0/0.log"), "one");
  EXPECT_FALSE(*disk_.exists(commit_journal_name(0)));
}

TEST_F(CommitJournalTest, replays_the_older_half_first) {
  auto j = journal();
  append(*j, {entry(0, "one")});
  j->switch_half();
  append(*j, {entry(3, "two")});
  j->switch_half();
  append(*j, {entry(6, "three")});  // over "one", which its segment has by now

  auto done = replay();

  EXPECT_EQ(done.rounds, 2u);
  EXPECT_EQ(content("orders-0/0.log").substr(3), "twothree");
}

TEST_F(CommitJournalTest, does_not_take_rounds_of_an_earlier_filling_for_new_ones) {
  auto j = journal();
  append(*j, {entry(0, "aaa")});
  append(*j, {entry(3, "bbb")});
  j->switch_half();
  j->switch_half();
  append(*j, {entry(10, "ccc")});  // as long as the round it replaces; "bbb" stands behind it

  EXPECT_EQ(replay().rounds, 1u);
}

TEST_F(CommitJournalTest, leaves_a_later_topic_of_the_same_name_alone) {
  auto j = journal();
  append(*j, {entry(0, "old")});
  ASSERT_TRUE(io::remove_tree(disk_, "orders-0"));
  make_partition("orders-0", TopicId::random());

  auto done = replay();

  EXPECT_EQ(done.skipped, 1u);
  EXPECT_EQ(content("orders-0/0.log"), "");
}

TEST_F(CommitJournalTest, passes_over_segments_that_retention_has_deleted) {
  auto j = journal();
  append(*j, {entry(0, "old"), entry(0, "gone", "orders-0/7.log")});

  auto done = replay();

  EXPECT_EQ(done.skipped, 1u);
  EXPECT_EQ(content("orders-0/0.log"), "old");
}

TEST_F(CommitJournalTest, drops_a_round_torn_at_any_byte) {
  auto j = journal();
  append(*j, {entry(0, "one")});
  append(*j, {entry(3, "two")});
  auto file = *disk_.open(commit_journal_name(0), io::OpenMode::read_write);
  auto whole = *io::read_all(*file, 2 * half_bytes);
  // Both rounds have the same size, as far as the first zero behind them.
  std::size_t round = (28 + 30 + std::string_view("orders-0/0.log").size() + 3);

  for (std::size_t cut = round; cut < 2 * round; ++cut) {
    io::MemoryDirectory other;
    auto damaged = whole;
    std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(cut),
              damaged.begin() + static_cast<std::ptrdiff_t>(2 * round), std::byte{0x5a});
    auto copy = *other.open(commit_journal_name(0), io::OpenMode::create);
    Bytes piece = damaged;
    ASSERT_TRUE(copy->write_at(0, std::span(&piece, 1)));

    EXPECT_EQ(replay_commit_journals(other, Logger())->rounds, 1u) << "cut at " << cut;
  }
}

TEST_F(CommitJournalTest, takes_a_round_up_to_its_last_byte_and_not_one_more) {
  auto j = journal();
  std::size_t overhead = 28 + 30 + std::string_view("orders-0/0.log").size();
  std::string exact(half_bytes - overhead, 'x');
  std::vector fits = {entry(0, exact)};
  auto content = fits[0].path.size() + fits[0].bytes.size();

  EXPECT_FALSE(j->fits(1, content + 1));
  EXPECT_TRUE(j->fits(1, content));
  append(*j, fits);
  EXPECT_EQ(replay().entries, 1u);
}

}  // namespace
}  // namespace millrace::storage
