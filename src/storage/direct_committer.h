#pragma once

#include <memory>

#include "base/executor.h"
#include "io/directory.h"
#include "io/sync_pool.h"
#include "storage/committer.h"

namespace millrace::storage {

/// The plan without a journal: fdatasync on every dirty file of a round, in parallel on the pool.
class DirectCommitter final : public Committer {
 public:
  /// All outlive the committer. `pool` null: syncs run in place, for tests with a ManualExecutor.
  DirectCommitter(Executor& executor, io::Directory& directory, io::SyncPool* pool,
                  OnSynced on_synced);
  ~DirectCommitter() override;

  void mark_dirty(Log& log) override;
  void forget(Log& log) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace millrace::storage
