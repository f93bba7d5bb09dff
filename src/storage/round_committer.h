#pragma once

#include <memory>

#include "base/executor.h"
#include "storage/committer.h"
#include "storage/sync_plan.h"

namespace millrace::storage {

/// The group commit of one shard: gathers dirty logs into rounds and has a plan carry them out.
class RoundCommitter final : public Committer {
 public:
  /// `executor` outlives the committer.
  RoundCommitter(Executor& executor, std::unique_ptr<SyncPlan> plan, OnSynced on_synced);
  /// Waits for the device when a round is under way.
  ~RoundCommitter() override;

  void mark_dirty(Log& log) override;
  void forget(Log& log) override;
  Result<void> close() override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace millrace::storage
