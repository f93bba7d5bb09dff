#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "storage/segment.h"

namespace millrace::storage {

Result<uint64_t> Segment::position_of(Offset offset) {
  if (offset >= next_) return size_;
  if (offset <= place_.base) return uint64_t{0};
  // A batch of the tail: every earlier one ends before the ring's first entry begins.
  if (!recent_.empty() && offset > recent_.front().last) {
    auto at = std::partition_point(recent_.begin(), recent_.end(),
                                   [&](const RecentBatch& batch) { return batch.last < offset; });
    return at == recent_.end() ? size_ : at->position;
  }
  auto wanted = offset - place_.base;
  MR_TRY(auto entry, index_.last_where(files_, index_path_, [&](const OffsetIndexEntry& e) {
    return e.relative_offset <= wanted;
  }));
  MR_TRY(auto log, file());
  BatchReader reader(*log, entry ? static_cast<uint64_t>(entry->position) : 0, size_);
  for (;;) {
    MR_TRY(auto batch, reader.next());
    if (!batch) return reader.position();
    if (batch->header.last_offset() >= offset) return batch->position;
  }
}

Result<uint64_t> Segment::boundary_at_or_before(uint64_t position) {
  if (position >= size_) return size_;
  if (!recent_.empty() && position >= recent_.front().position) {
    auto at = std::partition_point(recent_.begin(), recent_.end(), [&](const RecentBatch& batch) {
      return batch.position <= position;
    });
    return at[-1].position;
  }
  MR_TRY(auto entry, index_.last_where(files_, index_path_, [&](const OffsetIndexEntry& e) {
    return static_cast<uint64_t>(e.position) <= position;
  }));
  MR_TRY(auto log, file());
  BatchReader reader(*log, entry ? static_cast<uint64_t>(entry->position) : 0, size_);
  for (;;) {
    auto start = reader.position();
    MR_TRY(auto batch, reader.next());
    if (!batch || batch->end() > position) return start;
  }
}

Result<record::BatchHeader> Segment::batch_at(uint64_t position) {
  MR_TRY(auto log, file());
  BatchReader reader(*log, position, size_);
  MR_TRY(auto batch, reader.next());
  if (batch) return batch->header;
  return fail(Errc::corrupt, fmt::format("{}: no batch at byte {}", log_path_, position));
}

Result<Segment::TimestampAndOffset> Segment::greatest_timestamp() {
  if (!greatest_known_) {
    MR_TRY(auto last, time_index_.last(files_, time_index_path_));
    if (last) {
      greatest_ = {.timestamp = last->timestamp,
                   .last_offset = place_.base + last->relative_offset};
    }
    greatest_known_ = true;
  }
  return greatest_;
}

Result<uint64_t> Segment::position_for_timestamp(Timestamp timestamp) {
  // Everything up to the offset of an entry with a smaller timestamp is too old.
  MR_TRY(auto entry, time_index_.last_where(files_, time_index_path_, [&](const TimeIndexEntry& e) {
    return e.timestamp < timestamp;
  }));
  return entry ? position_of(place_.base + entry->relative_offset) : Result<uint64_t>(uint64_t{0});
}

}  // namespace millrace::storage
