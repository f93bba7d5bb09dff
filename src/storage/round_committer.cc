#include "storage/round_committer.h"

#include <atomic>
#include <unordered_set>
#include <utility>
#include <vector>

namespace millrace::storage {
namespace {

/// What a round knows of one log.
struct Share {
  Log* log = nullptr;  // null once forgotten
  std::shared_ptr<SyncJob> job;
  bool settled = false;  // given back to the log
};

}  // namespace

struct RoundCommitter::State : std::enable_shared_from_this<State> {
  State(Executor& e, std::unique_ptr<SyncPlan> p, OnSynced callback)
      : executor(e), plan(std::move(p)), on_synced(std::move(callback)) {}

  void schedule();
  void start_round();
  void finish_round();
  void settle(Share& share);

  Executor& executor;
  std::unique_ptr<SyncPlan> plan;
  OnSynced on_synced;

  std::vector<Log*> dirty;           // for the next round, in the order they were marked
  std::unordered_set<Log*> waiting;  // the same, to find one
  std::vector<Share> round;
  std::atomic<std::size_t> jobs_left = 0;
  bool scheduled = false;  // a round is posted or under way
  bool closed = false;
};

void RoundCommitter::State::schedule() {
  if (scheduled || dirty.empty()) return;
  scheduled = true;
  // Posted, not run: whatever the shard appends in this turn of its loop joins the round.
  executor.post([self = shared_from_this()] { self->start_round(); });
}

void RoundCommitter::State::start_round() {
  if (closed) return;
  waiting.clear();
  SyncJobs jobs;
  auto on_done = [self = shared_from_this()] {
    if (--self->jobs_left == 0) self->executor.post([self] { self->finish_round(); });
  };
  for (Log* log : std::exchange(dirty, {})) {
    if (!log->needs_sync()) continue;
    jobs.push_back(std::make_shared<SyncJob>(log->begin_sync(), log->topic_id(), on_done));
    round.push_back({log, jobs.back()});
  }
  if (jobs.empty()) return finish_round();
  jobs_left = jobs.size();
  plan->carry_out(jobs);
}

void RoundCommitter::State::finish_round() {
  if (closed) return;
  for (auto& share : round) settle(share);
  // A callback may forget any log, also one whose turn is still to come.
  for (std::size_t i = 0; i < round.size(); ++i) {
    if (round[i].log != nullptr) on_synced(*round[i].log);
  }
  round.clear();
  scheduled = false;
  schedule();
}

void RoundCommitter::State::settle(Share& share) {
  if (share.log == nullptr || share.settled) return;
  share.settled = true;
  share.log->finish_sync(share.job->ticket(), share.job->outcome());
}

RoundCommitter::RoundCommitter(Executor& executor, std::unique_ptr<SyncPlan> plan,
                               OnSynced on_synced)
    : state_(std::make_shared<State>(executor, std::move(plan), std::move(on_synced))) {}

RoundCommitter::~RoundCommitter() {
  state_->closed = true;
  for (const auto& share : state_->round) share.job->wait();
}

void RoundCommitter::mark_dirty(Log& log) {
  if (state_->waiting.insert(&log).second) state_->dirty.push_back(&log);
  state_->schedule();
}

void RoundCommitter::forget(Log& log) {
  if (state_->waiting.erase(&log) > 0) std::erase(state_->dirty, &log);
  for (auto& share : state_->round) {
    if (share.log != &log) continue;
    share.job->wait();
    state_->settle(share);
    share.log = nullptr;
  }
}

Result<void> RoundCommitter::close() {
  for (const auto& share : state_->round) share.job->wait();
  return state_->plan->close();
}

}  // namespace millrace::storage
