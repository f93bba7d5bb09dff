#include <algorithm>

#include "base/assert.h"
#include "storage/log.h"
#include "storage/segment.h"

namespace millrace::storage {

Result<ReadResult> Log::read(Offset from, uint64_t max_bytes, Offset limit) {
  if (from < start_ || from > end_) {
    return fail(Errc::out_of_range,
                fmt::format("offset {} of {} is outside [{}, {}]", from, path_, start_, end_));
  }
  ReadResult result{.slices = {}, .bytes = 0, .next = from};
  limit = std::min(limit, end_);
  for (auto i = segment_of(from); i < segments_.size() && from < limit; ++i) {
    auto& segment = *segments_[i];
    MR_TRY(auto exhausted, slice_segment(segment, from, limit, max_bytes, result));
    if (!exhausted) break;
    from = std::max(from, segment.next_offset());
  }
  return result;
}

/// Adds what `segment` has for the read; true when the next segment may add more.
Result<bool> Log::slice_segment(Segment& segment, Offset from, Offset limit, uint64_t max_bytes,
                                ReadResult& result) {
  MR_TRY(auto begin, segment.position_of(from));
  MR_TRY(auto end, segment.position_of(limit));
  bool reached_end = end == segment.size();
  auto next = std::min(limit, segment.next_offset());
  if (begin >= end) return reached_end;
  auto room = max_bytes - std::min(max_bytes, result.bytes);
  if (end - begin > room) {
    MR_TRY(end, segment.boundary_at_or_before(begin + room));
    reached_end = false;
    if (end <= begin && result.bytes > 0) return false;
    // The first batch that stays out, unless it is all there is: one is always given.
    MR_TRY(auto batch, segment.batch_at(std::max(begin, end)));
    next = batch.base_offset;
    if (end <= begin) {
      end = begin + batch.size_in_bytes();
      next = batch.last_offset() + 1;
    }
  }
  MR_TRY(auto file, segment.file());
  result.slices.push_back({.file = std::move(file), .position = begin, .length = end - begin});
  result.bytes += end - begin;
  result.next = next;
  return reached_end;
}

/// The segment that contains `offset`, or would.
std::size_t Log::segment_of(Offset offset) const {
  auto after = std::upper_bound(segments_.begin(), segments_.end(), offset,
                                [](Offset value, const std::unique_ptr<Segment>& segment) {
                                  return value < segment->base_offset();
                                });
  return after == segments_.begin() ? 0 : static_cast<std::size_t>(after - segments_.begin()) - 1;
}

}  // namespace millrace::storage
