#include "storage/log.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "record/batch_edit.h"
#include "record/batch_view.h"
#include "storage/checkpoints.h"
#include "storage/leader_epochs.h"
#include "storage/producer_state.h"
#include "storage/segment.h"

namespace millrace::storage {

Log::Log(Dependencies dependencies, PartitionName partition, LogConfig config)
    : files_(dependencies.files),
      logger_(dependencies.logger),
      partition_(std::move(partition)),
      path_(partition_.directory()),
      config_(config),
      producers_(std::make_unique<ProducerStates>(config.max_producers)),
      epochs_(std::make_unique<LeaderEpochs>()) {}

Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::create(Dependencies dependencies, PartitionName partition,
                                         TopicId topic_id, LogConfig config, Timestamp now) {
  std::unique_ptr<Log> log(new Log(dependencies, std::move(partition), config));
  auto& directory = log->files_.directory();
  MR_TRY(directory.make_directory(log->path_));
  MR_TRY(log->write_metadata(topic_id));
  MR_TRY(auto segment,
         Segment::create(log->files_, {.directory = log->path_, .base = Offset(0)}, now));
  log->segments_.push_back(std::move(segment));
  log->unsynced_.directories = {log->path_, ""};
  return log;
}

Result<void> Log::write_metadata(TopicId topic_id) {
  topic_id_ = topic_id;
  return write_small_file("partition.metadata", format_partition_metadata(topic_id));
}

// --- append

Result<AppendInfo> Log::append(MutableBytes batches, const AppendOptions& options) {
  if (stopped_) return fail(*stopped_);
  MR_TRY(check_batches(batches));
  MR_TRY(auto duplicate, producers_->check(headers_.front()));
  bool stamped = config_.timestamp_type == record::TimestampType::log_append_time;
  if (duplicate) {
    return AppendInfo{.base_offset = duplicate->first_offset(),
                      .last_offset = duplicate->last_offset,
                      .log_append_time = stamped ? duplicate->timestamp : Timestamp(-1),
                      .duplicate = true};
  }
  assign(batches, options);
  MR_TRY(write_batches(batches, options));
  for (const auto& header : headers_) producers_->apply(header, options.now);
  AppendInfo info{.base_offset = end_,
                  .last_offset = headers_.back().last_offset(),
                  .log_append_time = stamped ? options.now : Timestamp(-1)};
  end_ = headers_.back().next_offset();
  ended_cleanly_ = false;
  advance_high_watermark();
  return info;
}

/// Fills `headers_`.
Result<void> Log::check_batches(MutableBytes batches) {
  headers_.clear();
  record::BatchCursor cursor(batches);
  bool has_producer = false;
  for (;;) {
    MR_TRY(auto batch, cursor.next());
    if (!batch) break;
    const auto& header = batch->header();
    if (header.size_in_bytes() > static_cast<std::size_t>(config_.max_batch_bytes)) {
      return fail(Errc::limit_exceeded,
                  fmt::format("a batch of {} bytes is over max.message.bytes = {}",
                              header.size_in_bytes(), config_.max_batch_bytes));
    }
    has_producer = has_producer || header.has_producer_id();
    headers_.push_back(header);
  }
  if (headers_.empty()) return fail(Errc::invalid_argument, "no batch to append");
  if (headers_.size() > 1 && has_producer) {
    return fail(Errc::invalid_argument, "an idempotent producer appends one batch at a time");
  }
  if (batches.size() > static_cast<std::size_t>(config_.segment_bytes)) {
    return fail(Errc::limit_exceeded,
                fmt::format("an append of {} bytes is over segment.bytes = {}", batches.size(),
                            config_.segment_bytes));
  }
  return {};
}

/// Offsets, epoch and time, in the bytes and in `headers_`.
void Log::assign(MutableBytes batches, const AppendOptions& options) {
  auto next = end_;
  for (auto& header : headers_) {
    auto batch = batches.first(header.size_in_bytes());
    batches = batches.subspan(batch.size());
    header.base_offset = next;
    header.partition_leader_epoch = options.leader_epoch;
    record::set_base_offset(batch, next);
    record::set_partition_leader_epoch(batch, options.leader_epoch);
    if (config_.timestamp_type == record::TimestampType::log_append_time) {
      record::set_log_append_time(batch, options.now);
      header.max_timestamp = options.now;
    }
    next = header.next_offset();
  }
}

Result<void> Log::write_batches(Bytes batches, const AppendOptions& options) {
  auto written = [&]() -> Result<void> {
    MR_TRY(begin_epoch(options.leader_epoch));
    auto greatest = std::max_element(headers_.begin(), headers_.end(), [](auto& a, auto& b) {
                      return a.max_timestamp < b.max_timestamp;
                    })->max_timestamp;
    if (active().must_roll_before(batches.size(), headers_.back().last_offset(), greatest,
                                  options.now, config_)) {
      MR_TRY(start_segment(options.now));
    }
    return active().append(batches, headers_, config_);
  }();
  if (written) return {};
  return fail(undo_write(std::move(written).error()));
}

/// After a failed write nothing of it may stay behind the last batch. If even that fails, or the
/// device itself has failed, the log stops.
Error Log::undo_write(Error error) {
  if (error.code == Errc::io_error) return stop(std::move(error));
  auto cut = active().cut_tail();
  return cut ? error : stop(std::move(cut).error());
}

Error Log::stop(Error error) {
  logger_.error("partition stops accepting writes", kv("partition", path_),
                kv("error", error.message()));
  stopped_ = error;
  return error;
}

Result<void> Log::begin_epoch(LeaderEpoch epoch) {
  if (epoch <= epochs_->latest()) return {};
  auto next = *epochs_;
  next.assign(epoch, end_);
  return write_epochs(std::move(next));
}

/// The old content stays in place until the new one has a name; the next ticket makes both durable.
Result<void> Log::write_epochs(LeaderEpochs epochs) {
  MR_TRY(write_small_file("leader-epoch-checkpoint", format_epochs(epochs.all())));
  *epochs_ = std::move(epochs);
  return {};
}

Result<void> Log::write_small_file(std::string_view name, std::string_view content) {
  auto& directory = files_.directory();
  auto path = fmt::format("{}/{}", path_, name);
  auto temporary = path + ".tmp";
  MR_TRY(auto file, directory.open(temporary, io::OpenMode::create));
  MR_TRY(file->truncate(0));
  Bytes pieces[] = {as_bytes(content)};
  MR_TRY(file->write_at(0, pieces));
  MR_TRY(directory.rename(temporary, path));
  unsynced_.files.push_back({.file = std::move(file), .begin = 0, .end = content.size()});
  add_unsynced_directory(path_);
  return {};
}

void Log::add_unsynced_directory(std::string_view path) {
  auto& directories = unsynced_.directories;
  if (std::find(directories.begin(), directories.end(), path) == directories.end()) {
    directories.emplace_back(path);
  }
}

// --- segments

Result<void> Log::roll(Timestamp now) {
  if (stopped_) return fail(*stopped_);
  if (active().size() == 0) return {};
  auto rolled = start_segment(now);
  if (rolled) return {};
  return fail(undo_write(std::move(rolled).error()));
}

Result<void> Log::start_segment(Timestamp now) {
  MR_TRY(auto sealed, active().seal());
  MR_TRY(write_snapshot());
  MR_TRY(auto next, Segment::create(files_, {.directory = path_, .base = end_}, now));
  if (auto dirty = active().take_dirty()) sealed.push_back(std::move(*dirty));
  std::move(sealed.begin(), sealed.end(), std::back_inserter(unsynced_.files));
  add_unsynced_directory(path_);
  active().release_indexes();
  segments_.push_back(std::move(next));
  ended_cleanly_ = false;
  return {};
}

/// Its checksum tells a torn one, so it needs no temporary file.
Result<void> Log::write_snapshot() {
  auto path = fmt::format("{}/{}.snapshot", path_, segment_name(end_));
  MR_TRY(auto file, files_.directory().open(path, io::OpenMode::create));
  MR_TRY(file->truncate(0));
  auto content = producers_->snapshot();
  Bytes pieces[] = {content};
  MR_TRY(file->write_at(0, pieces));
  unsynced_.files.push_back({.file = std::move(file), .begin = 0, .end = content.size()});
  add_unsynced_directory(path_);
  snapshots_.insert(end_);
  return {};
}

// --- durability

SyncTicket Log::begin_sync() {
  MR_ASSERT(!ticket_out_);
  ticket_out_ = true;
  if (stopped_) return {.files = {}, .directories = {}, .end = durable_end_};
  auto ticket = std::exchange(unsynced_, {});
  if (auto dirty = active().take_dirty()) ticket.files.push_back(std::move(*dirty));
  ticket.end = end_;
  return ticket;
}

void Log::finish_sync(const SyncTicket& ticket, const Result<void>& outcome) {
  MR_ASSERT(ticket_out_);
  ticket_out_ = false;
  if (!outcome) {
    if (!stopped_) stop(outcome.error());
    return;
  }
  MR_ASSERT(ticket.end >= durable_end_ && ticket.end <= end_);
  durable_end_ = ticket.end;
  advance_high_watermark();
}

bool Log::needs_sync() const {
  if (stopped_) return false;
  return active().dirty() || !unsynced_.files.empty() || !unsynced_.directories.empty();
}

bool Log::wants_sync() const {
  return needs_sync() && end_ - durable_end_ >= config_.flush_messages;
}

void Log::advance_high_watermark() {
  auto visible = config_.flush_messages <= 1 ? durable_end_ : end_;
  high_watermark_ = std::max(high_watermark_, visible);
}

void Log::set_config(LogConfig config) {
  config_ = config;
  advance_high_watermark();
}

Result<void> Log::close() {
  MR_ASSERT(!ticket_out_);
  if (stopped_) return fail(*stopped_);
  if (!ended_cleanly_) {
    MR_TRY(auto sealed, active().seal());
    std::move(sealed.begin(), sealed.end(), std::back_inserter(unsynced_.files));
    if (producers_->count() > 0 || !snapshots_.empty()) {
      MR_TRY(write_snapshot());
    }
    MR_TRY(remove_odd_snapshots());
  }
  auto ticket = begin_sync();
  auto outcome = carry_out(files_.directory(), ticket);
  finish_sync(ticket, outcome);
  if (!outcome) return outcome;
  for (const auto& segment : segments_) segment->forget_files();
  return {};
}

/// Keeps those that Kafka keeps: at the start of a segment, and the newest.
Result<void> Log::remove_odd_snapshots() {
  for (auto at = snapshots_.begin(); at != snapshots_.end();) {
    auto& owner = *segments_[segment_of(*at)];
    if (owner.base_offset() == *at || *at == end_) {
      ++at;
      continue;
    }
    MR_TRY(files_.directory().remove(fmt::format("{}/{}.snapshot", path_, segment_name(*at))));
    at = snapshots_.erase(at);
  }
  return {};
}

// --- state

uint64_t Log::size_bytes() const {
  uint64_t sum = 0;
  for (const auto& segment : segments_) sum += segment->size();
  return sum;
}

std::optional<std::pair<LeaderEpoch, Offset>> Log::end_of_epoch(LeaderEpoch epoch) const {
  return epochs_->end_of(epoch, end_);
}

LeaderEpoch Log::latest_epoch() const {
  return epochs_->latest();
}

LogCheckpoint Log::checkpoint() const {
  // The evidence of damage must not go: the next start shall find it again.
  if (damage_) return opened_with_;
  return {.partition = partition_,
          .recovery_point = durable_end_,
          .log_start = start_,
          .high_watermark = high_watermark_};
}

}  // namespace millrace::storage
