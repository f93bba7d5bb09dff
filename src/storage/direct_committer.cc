#include "storage/direct_committer.h"

#include <atomic>
#include <unordered_set>
#include <utility>
#include <vector>

namespace millrace::storage {
namespace {

/// One log's share of a round. The pool fills `outcome`, then `done`; the shard reads after `done`.
struct Job {
  Log* log = nullptr;  // null once forgotten
  SyncTicket ticket;
  Result<void> outcome;
  std::atomic<bool> done = false;
  bool settled = false;  // given back to the log
};

}  // namespace

struct DirectCommitter::State : std::enable_shared_from_this<State> {
  State(Executor& e, io::Directory& d, io::SyncPool* p, OnSynced callback)
      : executor(e), directory(d), pool(p), on_synced(std::move(callback)) {}

  void schedule();
  void start_round();
  void finish_round();
  void settle(Job& job);

  Executor& executor;
  io::Directory& directory;
  io::SyncPool* pool;
  OnSynced on_synced;

  std::vector<Log*> dirty;           // for the next round, in the order they were marked
  std::unordered_set<Log*> waiting;  // the same, to find one
  std::vector<std::shared_ptr<Job>> round;
  std::atomic<std::size_t> jobs_left = 0;
  bool scheduled = false;  // a round is posted or under way
  bool closed = false;
};

void DirectCommitter::State::schedule() {
  if (scheduled || dirty.empty()) return;
  scheduled = true;
  // Posted, not run: whatever the shard appends in this turn of its loop joins the round.
  executor.post([self = shared_from_this()] { self->start_round(); });
}

void DirectCommitter::State::start_round() {
  if (closed) return;
  waiting.clear();
  for (Log* log : std::exchange(dirty, {})) {
    if (!log->needs_sync()) continue;
    auto job = std::make_shared<Job>();
    job->log = log;
    job->ticket = log->begin_sync();
    round.push_back(std::move(job));
  }
  if (round.empty()) return finish_round();
  jobs_left = round.size();
  for (const auto& job : round) {
    auto task = [self = shared_from_this(), job] {
      job->outcome = carry_out(self->directory, job->ticket);
      job->done = true;
      job->done.notify_all();
      if (--self->jobs_left == 0) self->executor.post([self] { self->finish_round(); });
    };
    if (pool != nullptr) {
      pool->submit(std::move(task));
    } else {
      task();
    }
  }
}

void DirectCommitter::State::finish_round() {
  if (closed) return;
  for (const auto& job : round) settle(*job);
  // A callback may forget any log, also one whose turn is still to come.
  for (std::size_t i = 0; i < round.size(); ++i) {
    if (round[i]->log != nullptr) on_synced(*round[i]->log);
  }
  round.clear();
  scheduled = false;
  schedule();
}

void DirectCommitter::State::settle(Job& job) {
  if (job.log == nullptr || job.settled) return;
  job.settled = true;
  job.log->finish_sync(job.ticket, job.outcome);
}

DirectCommitter::DirectCommitter(Executor& executor, io::Directory& directory, io::SyncPool* pool,
                                 OnSynced on_synced)
    : state_(std::make_shared<State>(executor, directory, pool, std::move(on_synced))) {}

DirectCommitter::~DirectCommitter() {
  state_->closed = true;
  for (const auto& job : state_->round) job->done.wait(false);
}

void DirectCommitter::mark_dirty(Log& log) {
  if (state_->waiting.insert(&log).second) state_->dirty.push_back(&log);
  state_->schedule();
}

void DirectCommitter::forget(Log& log) {
  if (state_->waiting.erase(&log) > 0) std::erase(state_->dirty, &log);
  for (const auto& job : state_->round) {
    if (job->log != &log) continue;
    job->done.wait(false);
    state_->settle(*job);
    job->log = nullptr;
  }
}

}  // namespace millrace::storage
