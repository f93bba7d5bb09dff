#pragma once

#include <chrono>
#include <deque>
#include <unordered_set>
#include <utility>

#include "base/time.h"
#include "fraud/alerts/alert_id.h"

namespace millrace::fraud {

struct RecentIdsConfig {
  std::chrono::milliseconds horizon = std::chrono::hours(24 * 7);
  size_t max_ids = 1'000'000;  ///< about 80 bytes each; beyond it the oldest are forgotten
};

/// The alerts of the last days, so that none is raised twice.
class RecentIds {
 public:
  explicit RecentIds(RecentIdsConfig config = {}) : config_(config) {}

  /// True when the id is new within the horizon; it is then remembered from `now` on.
  bool add(const AlertId& id, Timestamp now);

  size_t size() const { return ids_.size(); }
  const RecentIdsConfig& config() const { return config_; }

 private:
  RecentIdsConfig config_;
  std::unordered_set<AlertId> ids_;
  std::deque<std::pair<Timestamp, AlertId>> by_age_;
};

}  // namespace millrace::fraud
