#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/executor.h"
#include "base/log.h"
#include "storage/sync_plan.h"

namespace millrace::storage {

/// Puts a round's bytes once more into a commit journal and syncs that alone, when the round is of
/// many small appends; the segments are synced behind it. All other rounds go the direct way, and
/// so does everything while the journal is being made or has failed.
/// Why: docs/decisions/001-commit-plan.md.
class JournalPlan final : public SyncPlan {
 public:
  struct Config {
    std::string name;                        ///< commit_journal_name(shard)
    uint64_t half_bytes = 16 << 20;          ///< of each half of the journal
    std::size_t min_files = 2;               ///< fewer are synced directly
    uint64_t max_bytes_per_file = 64 << 10;  ///< larger on average: directly
  };

  /// All outlive the plan. `pool` null: everything in place, for tests.
  JournalPlan(Executor& executor, io::Directory& directory, io::SyncPool* pool, Config config,
              Logger logger);
  ~JournalPlan() override;

  void carry_out(const SyncJobs& jobs) override;
  Result<void> close() override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace millrace::storage
