#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "fraud/pipeline/pipeline.h"
#include "http/event_hub.h"
#include "http/standard_routes.h"

namespace millrace::fraud {

/// What the page and the terminal show once a second.
struct LiveNumbers {
  Timestamp time;
  uint64_t transactions = 0;  ///< judged since the start
  uint64_t alerts = 0;
  double transactions_per_second = 0;
  double alerts_per_second = 0;
  int64_t lag = 0;
  /// From produced to durable alert, over the last minute; zero when there was no alert.
  Duration latency_p50 = {};
  Duration latency_p99 = {};
  std::string status;  ///< "starting", "live" or "catching up"
};

/// Turns the pipeline's totals into numbers a second and feeds the live page: one frame a second,
/// alerts as they come. Owned by the pipeline's thread; the hub is shared with the server's.
class LivePage {
 public:
  LivePage(std::shared_ptr<http::EventHub> hub, const Clock& clock);

  void on_alert(const AlertLog::Acknowledged& alert);

  /// Cheap until a second has passed; then publishes a frame and answers true.
  bool tick(const Pipeline& pipeline, int64_t lag);
  /// Those of the last frame.
  const LiveNumbers& numbers() const { return numbers_; }

 private:
  using Latency = metrics::Histogram::Snapshot;
  Latency latency_of_last_minute(const Latency& now);

  std::shared_ptr<http::EventHub> hub_;
  const Clock& clock_;
  MonoTime last_frame_;
  LiveNumbers numbers_;
  std::deque<Latency> minute_;  ///< one a second
  size_t alerts_this_second_ = 0;
};

/// The page's files, /api/info (what this detector is, as JSON) and the standard routes.
struct PageInfo {
  std::string version;
  std::string brokers;
  std::string transactions;
  std::string alerts;
  std::vector<Rule> rules;
};
std::vector<http::Route> live_page_routes(const PageInfo& info, const metrics::Registry& registry,
                                          http::ReadyCheck ready);

}  // namespace millrace::fraud
