#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "storage/batch_reader.h"
#include "storage/checkpoints.h"
#include "storage/leader_epochs.h"
#include "storage/log.h"
#include "storage/producer_state.h"
#include "storage/segment.h"

namespace millrace::storage {
namespace {

DamageKind kind_of(Segment::ScanEnd end) {
  switch (end) {
    case Segment::ScanEnd::complete:
      return DamageKind::missing;
    case Segment::ScanEnd::checksum:
      return DamageKind::checksum;
    case Segment::ScanEnd::layout:
      return DamageKind::layout;
    case Segment::ScanEnd::offset_order:
      return DamageKind::offset_order;
  }
  return DamageKind::layout;
}

constexpr uint64_t max_snapshot_bytes = 1 << 30;

}  // namespace

Result<std::unique_ptr<Log>> Log::open(Dependencies dependencies, OpenOptions options) {
  std::unique_ptr<Log> log(new Log(dependencies, options.partition, options.config));
  log->opened_with_ = {.partition = options.partition,
                       .recovery_point = options.recovery_point,
                       .log_start = options.log_start,
                       .high_watermark = options.recovery_point};
  MR_TRY(log->load_metadata(options.topic_id));
  MR_TRY(auto bases, log->tidy_directory());
  MR_TRY(log->load_segments(bases, options));
  log->end_ = log->active().next_offset();
  auto first = log->segments_.front()->base_offset();
  log->start_ = std::clamp(options.log_start, first, std::max(first, log->end_));
  if (!log->damage_ && log->end_ < options.recovery_point) {
    log->note_damage(log->active(), DamageKind::missing);
  }
  MR_TRY(log->load_producers_and_epochs(options));
  MR_TRY(log->settle(options));
  return log;
}

/// A crash may have lost partition.metadata; then the topic's own records know the id.
Result<void> Log::load_metadata(TopicId expected) {
  MR_TRY(auto text, read_text(files_.directory(), path_ + "/partition.metadata"));
  if (text) {
    if (auto id = parse_partition_metadata(*text)) {
      if (expected.is_zero() || *id == expected) {
        topic_id_ = *id;
        return {};
      }
      return fail(Errc::already_exists, fmt::format("{} belongs to topic id {}, not {}", path_,
                                                    id->text(), expected.text()));
    }
  }
  return write_metadata(expected);
}

/// Removes what unfinished work left behind, and returns the segments' base offsets, ascending.
Result<std::vector<Offset>> Log::tidy_directory() {
  auto& directory = files_.directory();
  MR_TRY(auto entries, directory.list(path_));
  std::vector<Offset> bases;
  for (const auto& entry : entries) {
    if (auto base = segment_base(entry.name, ".log")) bases.push_back(*base);
    if (auto offset = segment_base(entry.name, ".snapshot")) snapshots_.insert(*offset);
  }
  for (const auto& entry : entries) {
    auto index = segment_base(entry.name, ".index");
    if (!index) index = segment_base(entry.name, ".timeindex");
    bool orphan = index && !std::binary_search(bases.begin(), bases.end(), *index);
    bool unfinished = entry.name.ends_with(".deleted") || entry.name.ends_with(".cleaned") ||
                      entry.name.ends_with(".tmp");
    if (!entry.is_directory && (orphan || unfinished)) {
      MR_TRY(directory.remove(fmt::format("{}/{}", path_, entry.name)));
    }
  }
  return bases;
}

Result<void> Log::load_segments(const std::vector<Offset>& bases, const OpenOptions& options) {
  for (std::size_t i = 0; i < bases.size(); ++i) {
    auto next = i + 1 < bases.size() ? std::optional(bases[i + 1]) : std::nullopt;
    Segment::Place place{.directory = path_, .base = bases[i]};
    // The sync that covered the next segment's first record covered this one's files and indexes.
    bool was_synced = next && (options.clean || *next < options.recovery_point);
    if (was_synced) {
      MR_TRY(auto segment, Segment::open_sealed(files_, place, *next, config_, options.now));
      segments_.push_back(std::move(segment));
      continue;
    }
    if (options.clean) {
      auto segment = Segment::open_active(files_, place, config_, options.now);
      if (segment) {
        segments_.push_back(*std::move(segment));
        ended_cleanly_ = true;
        return {};
      }
      if (segment.error().code != Errc::corrupt) return fail(std::move(segment).error());
    }
    MR_TRY(auto whole, recover_segment(place.base, next, options));
    if (whole) continue;
    if (damage_) return {};
    bool later_segments_removed = i + 1 < bases.size();
    for (auto later = i + 1; later < bases.size(); ++later) {
      MR_TRY(Segment::remove_files(files_, {.directory = path_, .base = bases[later]}));
    }
    // Durable before anything is appended: a segment that came back would shadow newer data.
    return later_segments_removed ? files_.directory().sync_directory(path_) : Result<void>();
  }
  if (!segments_.empty()) return {};
  auto base = std::max(options.log_start, Offset(0));
  MR_TRY(auto segment, Segment::create(files_, {.directory = path_, .base = base}, options.now));
  segments_.push_back(std::move(segment));
  return {};
}

/// Checks a segment that may be torn. True when it is whole and ends at `next_base`; otherwise it
/// is the last one: its torn tail is cut, or the log is damaged and nothing is touched.
Result<bool> Log::recover_segment(Offset base, std::optional<Offset> next_base,
                                  const OpenOptions& options) {
  MR_TRY(auto scanned,
         Segment::scan(files_, {.directory = path_, .base = base}, config_, options.now));
  segments_.push_back(std::move(scanned.segment));
  auto& segment = active();
  bool whole = scanned.end == Segment::ScanEnd::complete;
  if (whole && next_base && segment.next_offset() == *next_base) {
    MR_TRY(auto sealed, segment.seal());
    std::move(sealed.begin(), sealed.end(), std::back_inserter(unsynced_.files));
    if (auto dirty = segment.take_dirty()) unsynced_.files.push_back(std::move(*dirty));
    segment.release_indexes();
    return true;
  }
  bool below_recovery_point = segment.next_offset() < options.recovery_point;
  if (below_recovery_point) {
    note_damage(segment, kind_of(scanned.end));
    return false;
  }
  if (!whole || next_base) {
    logger_.warn("cut a torn tail that was never acknowledged", kv("partition", path_),
                 kv("end", segment.next_offset()), kv("byte", segment.size()));
  }
  MR_TRY(segment.cut_tail());
  return false;
}

void Log::note_damage(Segment& segment, DamageKind kind) {
  damage_ = Damage{.file = segment.place().log_path(),
                   .position = segment.size(),
                   .offset = segment.next_offset(),
                   .kind = kind};
  stop({.code = Errc::corrupt, .context = damage_->sentence()});
}

/// The newest usable snapshot at or below the end; where replaying must start.
Result<Offset> Log::load_snapshot(Timestamp now) {
  while (!snapshots_.empty()) {
    auto newest = *snapshots_.rbegin();
    auto path = fmt::format("{}/{}.snapshot", path_, segment_name(newest));
    if (newest <= end_) {
      MR_TRY(auto file, files_.directory().open(path, io::OpenMode::read_only));
      MR_TRY(auto content, io::read_all(*file, max_snapshot_bytes));
      if (producers_->restore(content, now)) return newest;
      logger_.warn("ignored a producer snapshot that cannot be read", kv("file", path));
    }
    if (damage_) {
      snapshots_.erase(newest);
      continue;
    }
    MR_TRY(files_.directory().remove(path));
    snapshots_.erase(newest);
  }
  return segments_.front()->base_offset();
}

/// What the files remember of producers and epochs may be older than the log; its batches know.
Result<void> Log::load_producers_and_epochs(const OpenOptions& options) {
  MR_TRY(auto text, read_text(files_.directory(), path_ + "/leader-epoch-checkpoint"));
  auto stored = text ? parse_epochs(*text) : Result<std::vector<EpochStart>>();
  bool epochs_known = text && stored;
  LeaderEpochs epochs(epochs_known ? *std::move(stored) : std::vector<EpochStart>());
  bool epochs_changed = epochs.cut_from(end_);
  epochs_changed = epochs.trim_before(start_) || epochs_changed;

  MR_TRY(auto producers_from, load_snapshot(options.now));
  auto epochs_from = options.clean ? end_ : options.recovery_point;
  if (!epochs_known) epochs_from = start_;
  for (auto& segment : segments_) {
    auto from = std::min(producers_from, epochs_from);
    if (segment->next_offset() <= from) continue;
    MR_TRY(auto position, segment->position_of(from));
    MR_TRY(auto file, segment->file());
    BatchReader reader(*file, position, segment->size());
    for (;;) {
      MR_TRY(auto batch, reader.next());
      if (!batch) break;
      const auto& header = batch->header;
      if (header.base_offset >= producers_from) producers_->apply(header, options.now);
      if (header.base_offset < epochs_from) continue;
      epochs_changed =
          epochs.assign(header.partition_leader_epoch, header.base_offset) || epochs_changed;
    }
  }
  *epochs_ = std::move(epochs);
  if (!epochs_changed || damage_) return {};
  return write_epochs(*epochs_);
}

/// What was recovered above the recovery point is in the page cache at best: it becomes durable
/// before anyone can see it.
Result<void> Log::settle(const OpenOptions& options) {
  if (!damage_ && !options.clean) {
    // Names, too, may be in memory only; the first sync takes them along.
    add_unsynced_directory(path_);
    add_unsynced_directory("");
    if (end_ > options.recovery_point) {
      auto ticket = begin_sync();
      ticket_out_ = false;
      MR_TRY(carry_out(files_.directory(), ticket));
    }
  }
  if (damage_) unsynced_ = {};
  active().believe_synced();  // all of it is below the recovery point, or synced just now
  durable_end_ = end_;
  high_watermark_ = end_;
  return {};
}

}  // namespace millrace::storage
