#include "fraud/dashboard/live_page.h"

#include <fmt/format.h>

#include "fraud/dashboard/assets.h"

namespace millrace::fraud {
namespace {

constexpr size_t seconds_of_latency = 60;
/// The terminal and the topic have them all; a page that scrolls faster helps nobody.
constexpr size_t alerts_shown_per_second = 50;

double seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

std::string json_ms(Duration d) {
  return d > Duration(0) ? fmt::format("{:.2f}", seconds(d) * 1000) : "null";
}

std::string encode_frame(const LiveNumbers& numbers, const PipelineTotals& totals) {
  std::string rules;
  for (const auto& [rule, count] : totals.alerts_by_rule) {
    rules += fmt::format("{}{}:{}", rules.empty() ? "" : ",", json_string(rule), count);
  }
  return fmt::format(
      R"({{"time":{},"status":"{}","transactions":{},"alerts":{},"transactions_per_second":{:.1f},)"
      R"("alerts_per_second":{:.2f},"lag":{},"latency_p50_ms":{},"latency_p99_ms":{},)"
      R"("rejected":{},"late":{},"duplicate":{},"alerts_by_rule":{{{}}}}})",
      numbers.time, numbers.status, numbers.transactions, numbers.alerts,
      numbers.transactions_per_second, numbers.alerts_per_second, numbers.lag,
      json_ms(numbers.latency_p50), json_ms(numbers.latency_p99), totals.rejected, totals.late,
      totals.duplicate, rules);
}

}  // namespace

LivePage::LivePage(std::shared_ptr<http::EventHub> hub, const Clock& clock)
    : hub_(std::move(hub)), clock_(clock), last_frame_(clock.mono_now()) {}

void LivePage::on_alert(const AlertLog::Acknowledged& alert) {
  if (++alerts_this_second_ > alerts_shown_per_second) return;
  hub_->publish("alert", encode_alert(alert.alert));
}

bool LivePage::tick(const Pipeline& pipeline, int64_t lag) {
  const MonoTime now = clock_.mono_now();
  const Duration passed = now - last_frame_;
  if (passed < std::chrono::seconds(1)) return false;
  last_frame_ = now;
  alerts_this_second_ = 0;
  const PipelineTotals& totals = pipeline.totals();
  const auto per_second = [&](uint64_t after, uint64_t before) {
    return static_cast<double>(after - before) / seconds(passed);
  };
  numbers_.time = clock_.wall_now();
  numbers_.transactions_per_second = per_second(totals.judged, numbers_.transactions);
  numbers_.alerts_per_second = per_second(totals.alerts(), numbers_.alerts);
  numbers_.transactions = totals.judged;
  numbers_.alerts = totals.alerts();
  numbers_.lag = lag;
  const Latency recent = latency_of_last_minute(pipeline.latency());
  numbers_.latency_p50 = recent.quantile(0.5);
  numbers_.latency_p99 = recent.quantile(0.99);
  const bool behind = static_cast<double>(lag) > 100 + 2 * numbers_.transactions_per_second;
  numbers_.status = !pipeline.assigned() ? "starting" : behind ? "catching up" : "live";
  hub_->publish("stats", encode_frame(numbers_, totals));
  return true;
}

metrics::Histogram::Snapshot LivePage::latency_of_last_minute(const Latency& now) {
  Latency recent = now;
  if (minute_.size() == seconds_of_latency) {
    const Latency& then = minute_.front();
    for (size_t i = 0; i < recent.buckets.size(); ++i) recent.buckets[i] -= then.buckets[i];
    recent.count -= then.count;
    recent.sum_seconds -= then.sum_seconds;
    minute_.pop_front();
  }
  minute_.push_back(now);
  return recent;
}

std::vector<http::Route> live_page_routes(const PageInfo& info, const metrics::Registry& registry,
                                          http::ReadyCheck ready) {
  std::string rules;
  for (const Rule& rule : info.rules) {
    rules += fmt::format(R"({}{{"id":{},"severity":"{}","text":{}}})", rules.empty() ? "" : ",",
                         json_string(rule.id), name_of(rule.severity), json_string(rule.text));
  }
  const std::string json =
      fmt::format(R"({{"version":{},"brokers":{},"transactions":{},"alerts":{},"rules":[{}]}})",
                  json_string(info.version), json_string(info.brokers),
                  json_string(info.transactions), json_string(info.alerts), rules);
  std::vector<http::Route> routes = http::standard_routes(registry, std::move(ready));
  for (http::Route& route : http::asset_routes(dashboard_assets())) {
    routes.push_back(std::move(route));
  }
  routes.push_back({"/api/info", [json](const http::Request&) {
                      return http::Response{.content_type = "application/json", .body = json};
                    }});
  return routes;
}

}  // namespace millrace::fraud
