#include "fraud/alerts/recent_ids.h"

namespace millrace::fraud {

bool RecentIds::add(const AlertId& id, Timestamp now) {
  const Timestamp oldest_kept = now - config_.horizon.count();
  while (!by_age_.empty() && by_age_.front().first < oldest_kept) {
    ids_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  if (!ids_.insert(id).second) return false;
  by_age_.emplace_back(now, id);
  if (ids_.size() > config_.max_ids) {
    ids_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  return true;
}

}  // namespace millrace::fraud
