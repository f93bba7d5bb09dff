#include "storage/journal_plan.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "io/posix_directory.h"
#include "storage/checkpoints.h"
#include "storage/commit_journal.h"
#include "storage/journal_replay.h"
#include "storage/round_committer.h"
#include "storage/test_support.h"

// What this proves, for random appends to several partitions, small and large, and power cuts at
// random moments: every record whose sync was reported is there afterwards, unchanged, whether it
// was made durable by the journal or directly, and however often the halves were switched.
namespace millrace::storage {
namespace {

using testing::bytes_of;
using testing::headers_of;
using testing::make_batch;

class Fleet {
 public:
  explicit Fleet(std::size_t partitions, JournalPlan::Config config = small_journal())
      : journal_(std::move(config)) {
    for (std::size_t i = 0; i < partitions; ++i) topics_.push_back(TopicId::random());
    start();
    for (std::size_t i = 0; i < partitions; ++i) {
      auto made =
          Log::create({.files = *files_, .logger = {}}, name(i), topics_[i], config_, Timestamp(1));
      EXPECT_TRUE(made) << made.error().message();
      logs_.push_back(*std::move(made));
      committer_->mark_dirty(*logs_.back());
    }
    EXPECT_TRUE(disk.sync_directory(""));
    settle();
  }

  static JournalPlan::Config small_journal() {
    return {.name = commit_journal_name(0), .half_bytes = 2048, .max_bytes_per_file = 400};
  }

  void append(std::size_t i, std::size_t payload_bytes = 40, char fill = 'x') {
    auto batch = make_batch({.payload_bytes = payload_bytes, .fill = fill});
    ASSERT_TRUE(logs_[i]->append(batch, {.now = Timestamp(1)}));
    committer_->mark_dirty(*logs_[i]);
  }

  /// Lets every round that is due run to its end.
  void settle() {
    while (executor_.run_ready()) {
    }
  }

  void crash(uint64_t seed) {
    std::vector<LogCheckpoint> checkpoints;
    for (const auto& log : logs_) checkpoints.push_back(log->checkpoint());
    committer_.reset();
    logs_.clear();
    disk.crash(seed);
    start();
    auto replayed = replay_commit_journals(disk, Logger());
    ASSERT_TRUE(replayed) << replayed.error().message();
    for (std::size_t i = 0; i < topics_.size(); ++i) {
      auto opened = Log::open({.files = *files_, .logger = {}},
                              {.partition = name(i),
                               .topic_id = topics_[i],
                               .config = config_,
                               .recovery_point = checkpoints[i].recovery_point,
                               .log_start = checkpoints[i].log_start,
                               .now = Timestamp(1)});
      ASSERT_TRUE(opened) << opened.error().message();
      ASSERT_FALSE((*opened)->damage());
      logs_.push_back(*std::move(opened));
    }
  }

  Result<void> close() {
    for (auto& log : logs_) MR_TRY(log->close());
    return committer_->close();
  }

  Log& log(std::size_t i) { return *logs_[i]; }
  std::size_t size() const { return logs_.size(); }

  io::MemoryDirectory disk;

 private:
  static PartitionName name(std::size_t i) { return {"topic" + std::to_string(i), PartitionId(0)}; }

  void start() {
    files_ = std::make_unique<FileCache>(disk, 100);
    auto plan = std::make_unique<JournalPlan>(executor_, disk, nullptr, journal_, Logger());
    committer_ = std::make_unique<RoundCommitter>(executor_, std::move(plan), [](Log&) {});
  }

  JournalPlan::Config journal_;
  LogConfig config_{.segment_bytes = 2000,
                    .index_interval_bytes = 200,
                    .preallocate_first_bytes = 1024,
                    .preallocate_max_bytes = 2048};
  ManualClock clock_;
  ManualExecutor executor_{clock_};
  std::unique_ptr<FileCache> files_;
  std::unique_ptr<Committer> committer_;
  std::vector<TopicId> topics_;
  std::vector<std::unique_ptr<Log>> logs_;
};

TEST(JournalPlan, makes_a_round_of_many_small_appends_durable_with_one_sync) {
  Fleet fleet(20, {.name = commit_journal_name(0), .half_bytes = 1 << 16});
  for (int round = 0; round < 2; ++round) {  // the first writes new names, the second a journal
    for (std::size_t i = 0; i < fleet.size(); ++i) fleet.append(i);
    fleet.settle();
  }
  auto before = fleet.disk.syncs();

  for (std::size_t i = 0; i < fleet.size(); ++i) fleet.append(i);
  fleet.settle();

  EXPECT_EQ(fleet.disk.syncs() - before, 1u);
  for (std::size_t i = 0; i < fleet.size(); ++i) EXPECT_EQ(fleet.log(i).durable_end(), Offset(3));
}

TEST(JournalPlan, syncs_a_single_file_directly) {
  Fleet fleet(1);
  fleet.append(0);
  fleet.settle();

  EXPECT_EQ(fleet.log(0).durable_end(), Offset(1));
  EXPECT_FALSE(*fleet.disk.exists(commit_journal_name(0)));
}

TEST(JournalPlan, leaves_kafkas_files_alone_at_a_clean_end) {
  Fleet fleet(4);
  for (int round = 0; round < 5; ++round) {
    for (std::size_t i = 0; i < fleet.size(); ++i) fleet.append(i);
    fleet.settle();
  }
  ASSERT_TRUE(*fleet.disk.exists(commit_journal_name(0)));

  ASSERT_TRUE(fleet.close());

  EXPECT_FALSE(*fleet.disk.exists(commit_journal_name(0)));
}

TEST(JournalPlan, saves_a_round_directly_when_the_journal_fails) {
  Fleet fleet(4);
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < fleet.size(); ++i) fleet.append(i);
    if (round == 1) fleet.disk.fail_call(1, Errc::io_error);  // the journal's write
    fleet.settle();
  }

  fleet.crash(7);

  for (std::size_t i = 0; i < fleet.size(); ++i) EXPECT_EQ(fleet.log(i).end_offset(), Offset(2));
}

TEST(JournalPlan, stops_a_partition_whose_segment_fails_behind_the_journal) {
  // given: a journal whose halves take few rounds, and a device that fails while one is released
  Fleet fleet(3);
  auto round = [&] {
    for (std::size_t i = 0; i < fleet.size(); ++i) {
      if (!fleet.log(i).stopped()) fleet.append(i);
    }
    fleet.settle();
  };
  round();
  round();

  // when
  uint64_t calls = 0;
  while (!fleet.log(0).stopped() && !fleet.log(1).stopped() && !fleet.log(2).stopped()) {
    ASSERT_LT(++calls, 200u) << "no failed sync was ever reported";
    fleet.disk.fail_call(6, Errc::io_error);  // appends write thrice, the journal writes and syncs
    round();
  }
  fleet.disk.heal();

  // then: nobody who was answered loses anything
  std::vector<Offset> durable;
  for (std::size_t i = 0; i < fleet.size(); ++i) durable.push_back(fleet.log(i).durable_end());
  fleet.crash(calls);
  for (std::size_t i = 0; i < fleet.size(); ++i) EXPECT_GE(fleet.log(i).end_offset(), durable[i]);
}

TEST(JournalPlan, is_replayed_into_the_segments_of_a_real_directory) {
  // given: two segments and a round of both that only the journal has made durable
  auto root = std::filesystem::path(::testing::TempDir()) / ("journal-" + Uuid::random().text());
  auto disk = *io::open_posix_directory(root);
  ManualClock clock;
  ManualExecutor executor(clock);
  auto topic = TopicId::random();
  SyncJobs jobs;
  for (std::string name : {"orders-0", "orders-1"}) {
    ASSERT_TRUE(disk->make_directory(name));
    auto metadata = format_partition_metadata(topic);
    ASSERT_TRUE(io::write_atomically(*disk, name + "/partition.metadata", as_bytes(metadata)));
    auto file = *disk->open(name + "/0.log", io::OpenMode::create);
    Bytes text = as_bytes("record");
    ASSERT_TRUE(file->write_at(0, std::span(&text, 1)));
    jobs.push_back(
        std::make_shared<SyncJob>(SyncTicket{.files = {{file, 0, text.size()}}}, topic, [] {}));
  }
  JournalPlan plan(executor, *disk, nullptr, Fleet::small_journal(), Logger());
  auto again = [](const SyncJobs& of) {
    SyncJobs copies;
    for (const auto& job : of) {
      copies.push_back(std::make_shared<SyncJob>(job->ticket(), job->topic_id(), [] {}));
    }
    return copies;
  };
  plan.carry_out(again(jobs));  // makes the journal
  executor.run_ready();
  plan.carry_out(jobs);
  for (const auto& job : jobs) {
    ASSERT_TRUE(job->outcome());
    ASSERT_TRUE(job->ticket().files[0].file->truncate(0));
  }

  // when
  auto replayed = replay_commit_journals(*disk, Logger());

  // then
  ASSERT_TRUE(replayed) << replayed.error().message();
  EXPECT_EQ(replayed->entries, 2u);
  auto file = *disk->open("orders-1/0.log", io::OpenMode::read_only);
  EXPECT_EQ(as_text(*io::read_all(*file, 100)), "record");
  std::filesystem::remove_all(root);
}

TEST(JournalPlan, keeps_what_was_acknowledged_through_random_power_cuts) {
  for (uint64_t seed = 0; seed < 400 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    Fleet fleet(5);
    for (int life = 0; life < 3; ++life) {
      auto rounds = random() % 40;
      for (uint64_t round = 0; round < rounds; ++round) {
        for (auto appends = random() % 8; appends > 0; --appends) {
          auto payload = random() % 20 == 0 ? 1500 : random() % 100;
          fleet.append(random() % fleet.size(), payload, static_cast<char>('a' + random() % 26));
        }
        if (random() % 8 != 0) fleet.settle();
      }
      std::vector<Buffer> acknowledged;
      std::vector<Offset> durable;
      for (std::size_t i = 0; i < fleet.size(); ++i) {
        auto& log = fleet.log(i);
        durable.push_back(log.durable_end());
        acknowledged.push_back(
            bytes_of(log.read(log.start_offset(), 1 << 30, log.durable_end())->slices));
      }
      fleet.crash(random());
      for (std::size_t i = 0; i < fleet.size() && !::testing::Test::HasFailure(); ++i) {
        auto& log = fleet.log(i);
        ASSERT_GE(log.end_offset(), durable[i]);
        auto now = bytes_of(log.read(log.start_offset(), 1 << 30, durable[i])->slices);
        ASSERT_EQ(now.size(), acknowledged[i].size());
        auto [left, right] = std::mismatch(now.begin(), now.end(), acknowledged[i].begin());
        ASSERT_TRUE(left == now.end()) << "differs at byte " << left - now.begin();
      }
    }
  }
}

}  // namespace
}  // namespace millrace::storage
