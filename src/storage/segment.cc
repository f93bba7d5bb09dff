#include "storage/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/assert.h"
#include "base/text.h"

namespace millrace::storage {
namespace {

constexpr std::size_t max_recent = 64;
constexpr int name_digits = 20;

}  // namespace

std::string segment_name(Offset base) {
  return fmt::format("{:020}", base.value());
}

std::optional<Offset> segment_base(std::string_view file, std::string_view suffix) {
  if (file.size() != name_digits + suffix.size() || !file.ends_with(suffix)) return std::nullopt;
  auto digits = file.substr(0, name_digits);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  auto number = parse_int(digits);
  if (!number) return std::nullopt;
  return Offset(*number);
}

std::string Segment::Place::stem() const {
  return fmt::format("{}/{}", directory, segment_name(base));
}

Segment::Segment(FileCache& files, Place place, Timestamp now)
    : files_(files),
      place_(std::move(place)),
      log_path_(place_.log_path()),
      index_path_(place_.index_path()),
      time_index_path_(place_.time_index_path()),
      next_(place_.base),
      greatest_{.last_offset = place_.base},
      created_(now) {}

// --- coming to life

Result<std::unique_ptr<Segment>> Segment::create(FileCache& files, Place place, Timestamp now) {
  std::unique_ptr<Segment> segment(new Segment(files, std::move(place), now));
  // An earlier attempt may have left a file that holds nothing.
  MR_TRY(segment->remove());
  for (const auto* path :
       {&segment->log_path_, &segment->index_path_, &segment->time_index_path_}) {
    auto made = files.create(*path);
    if (made) continue;
    static_cast<void>(segment->remove());  // best effort: the next attempt tries again
    return fail(std::move(made).error());
  }
  return segment;
}

Result<std::unique_ptr<Segment>> Segment::open_sealed(FileCache& files, Place place, Offset next,
                                                      const LogConfig& config, Timestamp now) {
  std::unique_ptr<Segment> segment(new Segment(files, std::move(place), now));
  MR_TRY(auto file, segment->file());
  MR_TRY(segment->size_, file->size());
  segment->next_ = next;
  segment->synced_ = segment->allocated_ = segment->size_;
  segment->greatest_known_ = false;
  auto index = OffsetIndex::load(files, segment->index_path_, false);
  auto time_index = TimeIndex::load(files, segment->time_index_path_, false);
  if (index && time_index && (time_index->count() > 0 || segment->size_ == 0)) {
    segment->index_ = *std::move(index);
    segment->time_index_ = *std::move(time_index);
    return segment;
  }
  MR_TRY(segment->rebuild_indexes(config));
  segment->release_indexes();
  return segment;
}

Result<std::unique_ptr<Segment>> Segment::open_active(FileCache& files, Place place,
                                                      const LogConfig& config, Timestamp now) {
  std::unique_ptr<Segment> segment(new Segment(files, std::move(place), now));
  MR_TRY(auto file, segment->file());
  MR_TRY(segment->allocated_, file->size());
  auto index = OffsetIndex::load(files, segment->index_path_, true);
  auto time_index = TimeIndex::load(files, segment->time_index_path_, true);
  if (!index || !time_index || (time_index->count() == 0 && segment->allocated_ > 0)) {
    MR_TRY(auto scanned, scan(files, segment->place_, config, now));
    if (scanned.end != ScanEnd::complete) {
      return fail(Errc::corrupt, fmt::format("{} has a bad batch", segment->log_path_));
    }
    return std::move(scanned.segment);
  }
  segment->index_ = *std::move(index);
  segment->time_index_ = *std::move(time_index);
  MR_TRY(auto last_time, segment->time_index_.last(files, segment->time_index_path_));
  if (last_time) {
    segment->last_time_entry_ = *last_time;
    segment->greatest_ = {.timestamp = last_time->timestamp,
                          .last_offset = segment->place_.base + last_time->relative_offset};
  }
  MR_TRY(auto last, segment->index_.last(files, segment->index_path_));
  MR_TRY(segment->walk_tail(last ? static_cast<uint64_t>(last->position) : 0, config));
  return segment;
}

/// Finds the end of a segment whose index is believed.
Result<void> Segment::walk_tail(uint64_t from, const LogConfig& config) {
  MR_TRY(auto log, file());
  if (allocated_ > 0) {
    BatchReader first(*log, 0, allocated_);
    MR_TRY(auto batch, first.next());
    if (batch) first_timestamp_ = batch->header.max_timestamp;
  }
  BatchReader reader(*log, from, allocated_);
  bool indexed = from > 0;  // the first batch met has its entry already
  for (;;) {
    MR_TRY(auto batch, reader.next());
    if (!batch) break;
    if (indexed) {
      next_ = batch->header.next_offset();
      bytes_since_entry_ = batch->header.size_in_bytes();
      indexed = false;
    } else {
      note_batch(batch->header, batch->position, config.index_interval_bytes);
    }
  }
  size_ = synced_ = reader.position();
  return {};
}

Result<Segment::Scanned> Segment::scan(FileCache& files, Place place, const LogConfig& config,
                                       Timestamp now) {
  Scanned result{.segment = std::unique_ptr<Segment>(new Segment(files, std::move(place), now))};
  auto& segment = *result.segment;
  MR_TRY(auto file, segment.file());
  MR_TRY(segment.allocated_, file->size());
  BatchReader reader(*file, 0, segment.allocated_);
  for (;;) {
    auto batch = reader.next();
    if (!batch) {
      if (batch.error().code == Errc::io_error) return fail(std::move(batch).error());
      result.end = ScanEnd::layout;
      break;
    }
    if (!*batch) break;
    const auto& header = (*batch)->header;
    MR_TRY(auto view, reader.whole());
    if (!view.crc_matches()) {
      result.end = ScanEnd::checksum;
      break;
    }
    bool follows =
        header.base_offset >= segment.next_ &&
        header.last_offset() - segment.place_.base <= std::numeric_limits<int32_t>::max();
    if (!follows) {
      result.end = ScanEnd::offset_order;
      break;
    }
    segment.note_batch(header, (*batch)->position, config.index_interval_bytes);
    segment.size_ = (*batch)->end();
  }
  if (segment.dirty()) segment.writing_ = std::move(file);
  return result;
}

Result<void> Segment::rebuild_indexes(const LogConfig& config) {
  MR_TRY(auto scanned, scan(files_, place_, config, created_));
  index_ = std::move(scanned.segment->index_);
  time_index_ = std::move(scanned.segment->time_index_);
  greatest_ = scanned.segment->greatest_;
  last_time_entry_ = scanned.segment->last_time_entry_;
  greatest_known_ = true;
  add_time_index_entry();
  MR_TRY(index_.save(files_, index_path_));
  MR_TRY(time_index_.save(files_, time_index_path_));
  return {};
}

// --- the active segment

bool Segment::must_roll_before(uint64_t bytes, Offset last, Timestamp greatest, Timestamp now,
                               const LogConfig& config) const {
  if (size_ == 0) return last - place_.base > std::numeric_limits<int32_t>::max();
  auto age = first_timestamp_ >= Timestamp(0) ? greatest - first_timestamp_ : now - created_;
  auto index_bytes = static_cast<std::size_t>(config.segment_index_bytes);
  return size_ + bytes > static_cast<uint64_t>(config.segment_bytes) ||
         age > config.segment_age.count() ||
         index_.size_bytes() + OffsetIndexEntry::size > index_bytes ||
         time_index_.size_bytes() + TimeIndexEntry::size > index_bytes ||
         last - place_.base > std::numeric_limits<int32_t>::max();
}

Result<void> Segment::append(Bytes batches, std::span<const record::BatchHeader> headers,
                             const LogConfig& config) {
  MR_ASSERT(!headers.empty() && headers.front().base_offset >= next_);
  if (!writing_) {
    MR_TRY(writing_, file());
  }
  MR_TRY(make_room(*writing_, batches.size(), config));
  Bytes pieces[] = {batches};
  MR_TRY(writing_->write_at(size_, pieces));
  auto position = size_;
  for (const auto& header : headers) {
    note_batch(header, position, config.index_interval_bytes);
    position += header.size_in_bytes();
  }
  size_ += batches.size();
  MR_ASSERT(position == size_);
  return {};
}

/// Reserves ahead, so that syncs need not touch the file's size. On a nearly full disk only what
/// is needed.
Result<void> Segment::make_room(io::File& file, uint64_t bytes, const LogConfig& config) {
  if (size_ + bytes <= allocated_) return {};
  if (next_allocation_ == 0) next_allocation_ = config.preallocate_first_bytes;
  auto needed = size_ + bytes - allocated_;
  auto left_in_segment = static_cast<uint64_t>(config.segment_bytes) -
                         std::min(static_cast<uint64_t>(config.segment_bytes), allocated_);
  auto step = std::max(needed, std::min(next_allocation_, left_in_segment));
  auto reserved = file.preallocate(allocated_, step);
  if (!reserved && reserved.error().code == Errc::no_space && step > needed) {
    step = needed;
    reserved = file.preallocate(allocated_, step);
  }
  MR_TRY(std::move(reserved));
  allocated_ += step;
  next_allocation_ = std::min(next_allocation_ * 2, config.preallocate_max_bytes);
  return {};
}

void Segment::note_batch(const record::BatchHeader& header, uint64_t position,
                         int32_t index_interval_bytes) {
  if (position == 0) first_timestamp_ = header.max_timestamp;
  if (header.max_timestamp > greatest_.timestamp) {
    greatest_ = {.timestamp = header.max_timestamp, .last_offset = header.last_offset()};
  }
  if (bytes_since_entry_ > static_cast<uint64_t>(index_interval_bytes)) {
    index_.add({.relative_offset = relative(header.last_offset()),
                .position = static_cast<int32_t>(position)});
    add_time_index_entry();
    bytes_since_entry_ = 0;
  }
  bytes_since_entry_ += header.size_in_bytes();
  next_ = header.next_offset();
  recent_.push_back({.last = header.last_offset(), .position = position});
  if (recent_.size() > max_recent) recent_.pop_front();
}

/// Only a greater timestamp than the last entry's is worth one: Kafka's maybeAppend.
void Segment::add_time_index_entry() {
  if (greatest_.timestamp <= last_time_entry_.timestamp) return;
  last_time_entry_ = {.timestamp = greatest_.timestamp,
                      .relative_offset = relative(greatest_.last_offset)};
  time_index_.add(last_time_entry_);
}

int32_t Segment::relative(Offset offset) const {
  auto distance = offset - place_.base;
  MR_ASSERT(distance >= 0 && distance <= std::numeric_limits<int32_t>::max());
  return static_cast<int32_t>(distance);
}

Result<void> Segment::cut_tail() {
  if (allocated_ == size_) {
    // The size on disk may still be larger than what we know of it after a failed reservation.
    MR_TRY(auto log, file());
    MR_TRY(auto bytes, log->size());
    if (bytes == size_) return {};
  }
  if (!writing_) {
    MR_TRY(writing_, file());
  }
  MR_TRY(writing_->truncate(size_));
  allocated_ = size_;
  tail_cut_ = true;
  return {};
}

Result<std::vector<SyncTicket::DirtyFile>> Segment::seal() {
  add_time_index_entry();
  MR_TRY(auto index_file, index_.save(files_, index_path_));
  MR_TRY(auto time_index_file, time_index_.save(files_, time_index_path_));
  MR_TRY(cut_tail());
  std::vector<SyncTicket::DirtyFile> dirty;
  dirty.push_back({.file = index_file, .begin = 0, .end = index_.size_bytes()});
  dirty.push_back({.file = time_index_file, .begin = 0, .end = time_index_.size_bytes()});
  return dirty;
}

void Segment::release_indexes() {
  index_.release();
  time_index_.release();
  recent_.clear();
}

std::optional<SyncTicket::DirtyFile> Segment::take_dirty() {
  if (!dirty()) return std::nullopt;
  MR_ASSERT(writing_ != nullptr);
  SyncTicket::DirtyFile taken{.file = std::move(writing_), .begin = synced_, .end = size_};
  writing_ = nullptr;
  synced_ = size_;
  tail_cut_ = false;
  return taken;
}

void Segment::believe_synced() {
  synced_ = size_;
  if (!tail_cut_) writing_ = nullptr;
}

void Segment::forget_files() {
  for (const auto* path : {&log_path_, &index_path_, &time_index_path_}) files_.drop(*path);
}

Result<void> Segment::remove_files(FileCache& files, const Place& place) {
  for (const auto& path : {place.log_path(), place.index_path(), place.time_index_path()}) {
    files.drop(path);
    auto removed = files.directory().remove(path);
    if (!removed && removed.error().code != Errc::not_found) return removed;
  }
  return {};
}

}  // namespace millrace::storage
