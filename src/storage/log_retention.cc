#include <fmt/format.h>

#include "storage/leader_epochs.h"
#include "storage/log.h"
#include "storage/producer_state.h"
#include "storage/segment.h"

namespace millrace::storage {

Result<void> Log::trim_before(Offset first_kept) {
  if (first_kept > high_watermark_) {
    return fail(Errc::out_of_range, fmt::format("{} cannot start at {}: its high watermark is {}",
                                                path_, first_kept, high_watermark_));
  }
  if (first_kept <= start_) return {};
  start_ = first_kept;
  ended_cleanly_ = false;
  MR_TRY(delete_oldest_while([&](Segment& oldest) { return oldest.next_offset() <= start_; }));
  return trim_epochs();
}

Result<std::size_t> Log::apply_retention(Timestamp now) {
  producers_->expire(now, config_.producer_expiry);
  if (stopped_ || !config_.delete_old_segments) return std::size_t{0};
  std::size_t deleted = 0;
  if (config_.retention_time.count() >= 0) {
    MR_TRY(roll_if_all_is_older(now));
    MR_TRY(auto expired, delete_oldest_while([&](Segment& oldest) -> Result<bool> {
             MR_TRY(auto greatest, oldest.greatest_timestamp());
             return is_older(greatest.timestamp, now);
           }));
    deleted += expired;
  }
  if (config_.retention_bytes >= 0) {
    auto limit = static_cast<uint64_t>(config_.retention_bytes);
    MR_TRY(auto surplus, delete_oldest_while([&](Segment& oldest) -> Result<bool> {
             return size_bytes() - oldest.size() >= limit;
           }));
    deleted += surplus;
  }
  if (deleted > 0) MR_TRY(trim_epochs());
  return deleted;
}

/// Kafka's rule: when even the newest record is too old, the active segment goes as well.
Result<void> Log::roll_if_all_is_older(Timestamp now) {
  if (active().size() == 0 || end_ > high_watermark_) return {};
  for (const auto& segment : segments_) {
    MR_TRY(auto greatest, segment->greatest_timestamp());
    if (!is_older(greatest.timestamp, now)) return {};
  }
  return roll(now);
}

/// Records without a timestamp have no age.
bool Log::is_older(Timestamp timestamp, Timestamp now) const {
  return timestamp >= Timestamp(0) && now - timestamp > config_.retention_time.count();
}

/// Deletes from the front, never the active segment and nothing above the high watermark.
Result<std::size_t> Log::delete_oldest_while(const std::function<Result<bool>(Segment&)>& expired) {
  std::size_t deleted = 0;
  while (segments_.size() > 1 && segments_.front()->next_offset() <= high_watermark_) {
    auto& oldest = *segments_.front();
    MR_TRY(auto goes, expired(oldest));
    if (!goes) break;
    logger_.info("deletes a segment", kv("partition", path_), kv("base", oldest.base_offset()),
                 kv("bytes", oldest.size()));
    MR_TRY(oldest.remove());
    segments_.pop_front();
    ++deleted;
    start_ = std::max(start_, segments_.front()->base_offset());
  }
  if (deleted > 0) MR_TRY(remove_snapshots_below(segments_.front()->base_offset()));
  return deleted;
}

Result<void> Log::remove_snapshots_below(Offset offset) {
  while (!snapshots_.empty() && *snapshots_.begin() < offset) {
    auto path = fmt::format("{}/{}.snapshot", path_, segment_name(*snapshots_.begin()));
    MR_TRY(files_.directory().remove(path));
    snapshots_.erase(snapshots_.begin());
  }
  return {};
}

Result<void> Log::trim_epochs() {
  auto epochs = *epochs_;
  if (!epochs.trim_before(start_)) return {};
  return write_epochs(std::move(epochs));
}

}  // namespace millrace::storage
