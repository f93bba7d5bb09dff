#include "storage/sync_plan.h"

namespace millrace::storage {

void SyncJob::complete(Result<void> outcome) {
  // Called last and kept alive by itself: whoever waits may let go of the job at once.
  auto on_done = std::move(on_done_);
  outcome_ = std::move(outcome);
  done_ = true;
  done_.notify_all();
  on_done();
}

void DirectPlan::carry_out(const SyncJobs& jobs) {
  for (const auto& job : jobs) {
    run_on(pool_, [&directory = directory_, job] {
      job->complete(storage::carry_out(directory, job->ticket()));
    });
  }
}

void run_on(io::SyncPool* pool, io::SyncPool::Task task) {
  if (pool == nullptr) return task();
  pool->submit(std::move(task));
}

}  // namespace millrace::storage
