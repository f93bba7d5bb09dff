#include "storage/round_committer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "storage/test_support.h"

namespace millrace::storage {
namespace {

using testing::Machine;

class CommitterStory : public ::testing::Test {
 protected:
  void SetUp() override {
    machine_.create();
    committer_ = std::make_unique<RoundCommitter>(executor_, plan(), [this](Log&) { ++answers_; });
  }

  std::unique_ptr<SyncPlan> plan(io::SyncPool* pool = nullptr) {
    return std::make_unique<DirectPlan>(machine_.disk, pool);
  }

  ManualClock clock_;
  ManualExecutor executor_{clock_};
  Machine machine_;
  int answers_ = 0;
  std::unique_ptr<RoundCommitter> committer_;
};

TEST_F(CommitterStory, one_round_makes_everything_of_one_turn_durable) {
  for (int i = 0; i < 10; ++i) {
    machine_.append();
    committer_->mark_dirty(machine_.log());
  }
  auto before = machine_.disk.syncs();
  executor_.run_ready();

  EXPECT_EQ(machine_.log().high_watermark(), Offset(10));
  EXPECT_EQ(answers_, 1);
  EXPECT_LE(machine_.disk.syncs() - before, 3u);  // log, epoch file, directory
}

TEST_F(CommitterStory, what_becomes_dirty_in_a_round_joins_the_next) {
  committer_ = std::make_unique<RoundCommitter>(executor_, plan(), [this](Log& log) {
    if (++answers_ > 1) return;
    machine_.append();
    committer_->mark_dirty(log);
  });
  machine_.append();
  committer_->mark_dirty(machine_.log());
  executor_.run_ready();

  EXPECT_EQ(answers_, 2);
  EXPECT_EQ(machine_.log().high_watermark(), Offset(2));
}

TEST_F(CommitterStory, a_failed_sync_stops_the_log_and_is_answered) {
  machine_.append();
  machine_.disk.fail_call(1, Errc::io_error);
  committer_->mark_dirty(machine_.log());
  executor_.run_ready();

  EXPECT_EQ(answers_, 1);
  EXPECT_TRUE(machine_.log().stopped());
  committer_->mark_dirty(machine_.log());
  executor_.run_ready();
  EXPECT_EQ(answers_, 1);
}

TEST_F(CommitterStory, a_forgotten_log_is_not_called_again) {
  machine_.append();
  committer_->mark_dirty(machine_.log());
  committer_->forget(machine_.log());
  executor_.run_ready();
  EXPECT_EQ(answers_, 0);
  EXPECT_TRUE(machine_.log().needs_sync());
}

TEST_F(CommitterStory, forgetting_waits_for_a_sync_under_way) {
  std::atomic<bool> device_ready = false;
  io::SyncPool pool({.threads = 1});
  pool.submit([&] { device_ready.wait(false); });
  committer_ =
      std::make_unique<RoundCommitter>(executor_, plan(&pool), [this](Log&) { ++answers_; });
  machine_.append();
  committer_->mark_dirty(machine_.log());
  executor_.run_ready();  // the round begins; its sync waits behind the task above
  EXPECT_EQ(machine_.log().high_watermark(), Offset(0));
  device_ready = true;
  device_ready.notify_all();

  committer_->forget(machine_.log());

  EXPECT_EQ(machine_.log().high_watermark(), Offset(1));
  EXPECT_FALSE(machine_.log().needs_sync());
}

}  // namespace
}  // namespace millrace::storage
