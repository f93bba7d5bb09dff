#include "storage/journal_plan.h"

#include <algorithm>
#include <future>
#include <map>
#include <set>
#include <vector>

#include "storage/commit_journal.h"

namespace millrace::storage {
namespace {

using Files = std::set<std::shared_ptr<io::File>>;
using Failures = std::map<std::shared_ptr<io::File>, Error>;

Failures sync_all(const Files& files) {
  Failures failed;
  for (const auto& file : files) {
    if (auto synced = file->sync_data(); !synced) failed.emplace(file, synced.error());
  }
  return failed;
}

// `path` of a file in `directory`, as the directory itself takes it.
std::string_view below(const io::Directory& directory, std::string_view path) {
  std::string_view root = directory.name();
  if (!path.starts_with(root)) return path;
  path.remove_prefix(root.size());
  while (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

// What a round of small appends would put into the journal.
struct Small {
  SyncJobs jobs;
  std::size_t ranges = 0;
  uint64_t bytes = 0;  // of the ranges
  uint64_t paths = 0;
};

}  // namespace

// On the shard's thread, but for what a pool task is handed: the journal and the jobs while a round
// is under way, a half's files while they are being released.
struct JournalPlan::State : std::enable_shared_from_this<State> {
  enum class Stage : uint8_t { absent, making, ready, unusable };

  struct Half {
    Files files;             // that the half stands in for
    bool releasing = false;  // they are being synced; until then the half must not be overwritten
  };

  State(Executor& e, io::Directory& d, io::SyncPool* p, Config c, Logger l)
      : executor(e), directory(d), pool(p), config(std::move(c)), logger(l) {}

  void carry_out(const SyncJobs& jobs);
  Small small_appends(const SyncJobs& jobs) const;
  const Error* failure_of(const SyncJob& job) const;
  bool make_room(const Small& small);
  void make_journal();
  void release(std::size_t number);
  void append_or_sync(const Small& small);
  Result<void> append_round(const Small& small);
  Result<void> close();

  Executor& executor;
  io::Directory& directory;
  io::SyncPool* pool;
  Config config;
  Logger logger;

  Stage stage = Stage::absent;
  std::shared_future<void> made;  // the end of `making`
  std::unique_ptr<CommitJournal> journal;
  std::array<Half, 2> halves;
  std::size_t current = 0;
  Failures failed;  // syncs behind the journal: their logs are told at their next ticket
};

JournalPlan::JournalPlan(Executor& executor, io::Directory& directory, io::SyncPool* pool,
                         Config config, Logger logger)
    : state_(std::make_shared<State>(executor, directory, pool, std::move(config), logger)) {}

JournalPlan::~JournalPlan() = default;

void JournalPlan::carry_out(const SyncJobs& jobs) {
  state_->carry_out(jobs);
}

Result<void> JournalPlan::close() {
  return state_->close();
}

void JournalPlan::State::carry_out(const SyncJobs& jobs) {
  auto small = small_appends(jobs);
  if (!make_room(small)) small = {};

  SyncJobs direct;
  for (const auto& job : jobs) {
    if (const auto* error = failure_of(*job))
      job->complete(fail(*error));
    else if (std::find(small.jobs.begin(), small.jobs.end(), job) == small.jobs.end()) {
      direct.push_back(job);
    }
  }
  DirectPlan(directory, pool).carry_out(direct);
  if (small.jobs.empty()) return;
  run_on(pool,
         [self = shared_from_this(), small = std::move(small)] { self->append_or_sync(small); });
}

// On the pool. A journal that fails is given up; the round is saved the direct way.
void JournalPlan::State::append_or_sync(const Small& small) {
  auto appended = append_round(small);
  if (!appended) {
    executor.post([self = shared_from_this(), error = appended.error()] {
      self->stage = Stage::unusable;
      self->logger.warn("the commit journal failed; every partition is synced by itself now",
                        kv("error", error.message()));
    });
  }
  for (const auto& job : small.jobs) {
    job->complete(appended ? Result<void>() : storage::carry_out(directory, job->ticket()));
  }
}

// New names need a sync of their directory, so those tickets go the direct way whole: a journal
// entry never precedes the file that it is about.
Small JournalPlan::State::small_appends(const SyncJobs& jobs) const {
  Small small;
  for (const auto& job : jobs) {
    if (!job->ticket().directories.empty() || failure_of(*job) != nullptr) continue;
    small.jobs.push_back(job);
    for (const auto& dirty : job->ticket().files) {
      ++small.ranges;
      small.bytes += dirty.end - dirty.begin;
      small.paths += dirty.file->path().size();
    }
  }
  if (small.ranges < config.min_files) return {};
  if (small.bytes > small.ranges * config.max_bytes_per_file) return {};
  return small;
}

const Error* JournalPlan::State::failure_of(const SyncJob& job) const {
  for (const auto& dirty : job.ticket().files) {
    if (auto found = failed.find(dirty.file); found != failed.end()) return &found->second;
  }
  return nullptr;
}

// True when `small` may be appended to the journal now; then its files are in the current half.
bool JournalPlan::State::make_room(const Small& small) {
  if (small.jobs.empty()) return false;
  if (stage == Stage::absent) make_journal();
  if (stage != Stage::ready) return false;
  auto content = small.bytes + small.paths;
  if (!journal->fits(small.ranges, content)) {
    auto other = 1 - current;
    if (halves[other].releasing) return false;
    release(current);
    journal->switch_half();
    current = other;
    if (!journal->fits(small.ranges, content)) return false;
  }
  for (const auto& job : small.jobs) {
    for (const auto& dirty : job->ticket().files) halves[current].files.insert(dirty.file);
  }
  return true;
}

void JournalPlan::State::make_journal() {
  stage = Stage::making;
  auto end = std::make_shared<std::promise<void>>();
  made = end->get_future().share();
  run_on(pool, [self = shared_from_this(), end] {
    auto journal_made = std::make_shared<Result<std::unique_ptr<CommitJournal>>>(
        CommitJournal::create(self->directory, self->config.name, self->config.half_bytes));
    self->executor.post([self, journal_made] {
      if (*journal_made) {
        self->journal = std::move(**journal_made);
        self->stage = Stage::ready;
        return;
      }
      self->stage = Stage::unusable;
      self->logger.warn("no commit journal; every partition is synced by itself",
                        kv("error", journal_made->error().message()));
    });
    end->set_value();
  });
}

// Syncs what the half stands in for, so that it may be begun again. A file that fails keeps the
// half for good: it is then the only durable copy.
void JournalPlan::State::release(std::size_t number) {
  auto& half = halves[number];
  half.releasing = true;
  run_on(pool, [self = shared_from_this(), number, files = half.files] {
    auto failures = sync_all(files);
    self->executor.post([self, number, failures = std::move(failures)] {
      if (failures.empty()) {
        self->halves[number] = Half{};
        return;
      }
      self->failed.insert(failures.begin(), failures.end());
      self->logger.error("a segment could not be synced; its partition stops",
                         kv("error", failures.begin()->second.message()));
    });
  });
}

Result<void> JournalPlan::State::append_round(const Small& small) {
  Buffer content(small.bytes);
  std::vector<CommitJournal::Entry> entries;
  std::size_t at = 0;
  for (const auto& job : small.jobs) {
    for (const auto& dirty : job->ticket().files) {
      auto into = MutableBytes(content).subspan(at, dirty.end - dirty.begin);
      MR_TRY(io::read_exactly(*dirty.file, dirty.begin, into));
      entries.push_back({job->topic_id(), below(directory, dirty.file->path()), dirty.begin, into});
      at += into.size();
    }
  }
  return journal->append(entries);
}

Result<void> JournalPlan::State::close() {
  for (const auto& half : halves) {
    auto failures = sync_all(half.files);
    if (!failures.empty()) return fail(failures.begin()->second);
  }
  halves = {};
  stage = Stage::unusable;
  if (made.valid()) made.wait();
  MR_TRY(auto there, directory.exists(config.name));
  if (!there) return {};
  MR_TRY(directory.remove(config.name));
  return directory.sync_directory("");
}

}  // namespace millrace::storage
