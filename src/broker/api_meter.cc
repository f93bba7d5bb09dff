#include "broker/api_meter.h"

namespace millrace::broker {
namespace {

constexpr auto requests_name = "millrace_kafka_requests_total";
constexpr auto requests_help = "Requests answered, by API and by the first error in the answer.";

}  // namespace

ApiMeter::ApiMeter(metrics::Registry& registry, std::string_view api)
    : registry_(registry),
      api_(api),
      duration_(registry.histogram("millrace_kafka_request_duration_seconds",
                                   "Time from a request's last byte to its answer, waits included.",
                                   {{"api", api_}})),
      ok_(registry.counter(requests_name, requests_help, {{"api", api_}, {"error", "NONE"}})) {}

void ApiMeter::count(wire::ErrorCode error, Duration took) {
  duration_.observe(took);
  (error == wire::ErrorCode::none ? ok_ : counter(error)).add();
}

metrics::Counter& ApiMeter::counter(wire::ErrorCode error) {
  auto& cell = failed_[error];
  if (cell == nullptr) {
    cell = &registry_.counter(requests_name, requests_help,
                              {{"api", api_}, {"error", std::string(wire::name_of(error))}});
  }
  return *cell;
}

}  // namespace millrace::broker
