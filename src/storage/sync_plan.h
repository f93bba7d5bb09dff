#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "io/directory.h"
#include "io/sync_pool.h"
#include "storage/sync_ticket.h"

namespace millrace::storage {

/// One log's share of a round: made on its shard, carried out by a plan, read by the shard again
/// once it is done.
class SyncJob {
 public:
  SyncJob(SyncTicket ticket, TopicId topic_id, std::function<void()> on_done)
      : ticket_(std::move(ticket)), topic_id_(topic_id), on_done_(std::move(on_done)) {}

  const SyncTicket& ticket() const { return ticket_; }
  TopicId topic_id() const { return topic_id_; }

  /// Called once, by the plan, on any thread.
  void complete(Result<void> outcome);
  /// Waits until it is complete.
  void wait() const { done_.wait(false); }
  /// Of a complete job; an error stops the log.
  const Result<void>& outcome() const { return outcome_; }

 private:
  SyncTicket ticket_;
  TopicId topic_id_;
  std::function<void()> on_done_;
  Result<void> outcome_;
  std::atomic<bool> done_ = false;
};

using SyncJobs = std::vector<std::shared_ptr<SyncJob>>;

/// How a round of the group commit makes its tickets durable. Called on one shard's thread, one
/// round at a time.
class SyncPlan {
 public:
  virtual ~SyncPlan() = default;

  /// Completes every job, each on any thread, possibly before this returns.
  virtual void carry_out(const SyncJobs& jobs) = 0;

  /// The clean end, after every log was closed: what the plan has put off is durable in the
  /// segments, and its own files are gone. Waits for the device; no round may be under way, and
  /// none may follow.
  virtual Result<void> close() { return {}; }
};

/// The plan without a journal: every ticket by itself, in parallel on the pool.
class DirectPlan final : public SyncPlan {
 public:
  /// Both outlive the plan. `pool` null: in place, for tests.
  DirectPlan(io::Directory& directory, io::SyncPool* pool) : directory_(directory), pool_(pool) {}

  void carry_out(const SyncJobs& jobs) override;

 private:
  io::Directory& directory_;
  io::SyncPool* pool_;
};

/// Runs `task` on `pool`, or here and now when there is none.
void run_on(io::SyncPool* pool, io::SyncPool::Task task);

}  // namespace millrace::storage
