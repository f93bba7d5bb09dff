#include <algorithm>

#include "record/decompressor.h"
#include "record/record_reader.h"
#include "storage/batch_reader.h"
#include "storage/log.h"
#include "storage/segment.h"

namespace millrace::storage {

Result<std::optional<TimestampedOffset>> Log::offset_for_timestamp(Timestamp timestamp,
                                                                   Offset limit) {
  for (auto& segment : segments_) {
    if (segment->base_offset() >= limit) break;
    if (segment->next_offset() <= start_) continue;
    MR_TRY(auto greatest, segment->greatest_timestamp());
    if (greatest.timestamp < timestamp) continue;
    MR_TRY(auto found, search(*segment, timestamp, limit));
    if (found) return found;
  }
  return std::optional<TimestampedOffset>();
}

/// The first record of `segment` in [start, limit) with at least `timestamp`.
Result<std::optional<TimestampedOffset>> Log::search(Segment& segment, Timestamp timestamp,
                                                     Offset limit) {
  MR_TRY(auto position, segment.position_for_timestamp(timestamp));
  MR_TRY(auto file, segment.file());
  BatchReader reader(*file, position, segment.size());
  record::Decompressor decompressor;
  for (;;) {
    MR_TRY(auto batch, reader.next());
    if (!batch || batch->header.base_offset >= limit) break;
    if (batch->header.max_timestamp < timestamp || batch->header.last_offset() < start_) continue;
    MR_TRY(auto whole, reader.whole());
    MR_TRY(auto found, record::find_by_timestamp(whole, timestamp, start_, decompressor));
    if (!found) continue;
    if (found->offset >= limit) break;
    return std::optional(TimestampedOffset{.offset = found->offset,
                                           .timestamp = found->timestamp,
                                           .leader_epoch = batch->header.partition_leader_epoch});
  }
  return std::optional<TimestampedOffset>();
}

Result<std::optional<TimestampedOffset>> Log::offset_of_max_timestamp(Offset limit) {
  Timestamp greatest(-1);
  for (auto& segment : segments_) {
    if (segment->base_offset() >= limit) break;
    if (segment->next_offset() <= start_) continue;
    MR_TRY(auto own, greatest_below(*segment, limit));
    greatest = std::max(greatest, own);
  }
  if (greatest < Timestamp(0)) return std::optional<TimestampedOffset>();
  return offset_for_timestamp(greatest, limit);
}

/// The indexes know it for whole segments; one that the limits cut through is walked.
Result<Timestamp> Log::greatest_below(Segment& segment, Offset limit) {
  if (segment.next_offset() <= limit && segment.base_offset() >= start_) {
    MR_TRY(auto whole, segment.greatest_timestamp());
    return whole.timestamp;
  }
  Timestamp greatest(-1);
  MR_TRY(auto position, segment.position_of(start_));
  MR_TRY(auto file, segment.file());
  BatchReader reader(*file, position, segment.size());
  for (;;) {
    MR_TRY(auto batch, reader.next());
    if (!batch || batch->header.last_offset() >= limit) return greatest;
    greatest = std::max(greatest, batch->header.max_timestamp);
  }
}

}  // namespace millrace::storage
