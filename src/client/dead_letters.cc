#include "client/dead_letters.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::client {
namespace {

std::string_view name_of(Failure::Stage stage) {
  constexpr std::string_view names[] = {"key", "value", "process"};
  return names[static_cast<std::size_t>(stage)];
}

Headers headers_of(const RawRecord& record, const Failure& failure) {
  Headers headers = record.headers;
  auto add = [&](const char* name, std::string value) {
    headers.push_back({name, std::move(value)});
  };
  add("mr.dlq.topic", std::string(record.topic));
  add("mr.dlq.partition", fmt::format("{}", record.partition));
  add("mr.dlq.offset", fmt::format("{}", record.offset));
  add("mr.dlq.error", failure.error.message());
  add("mr.dlq.stage", std::string(name_of(failure.stage)));
  add("mr.dlq.attempts", fmt::format("{}", failure.attempts));
  add("mr.dlq.ts", fmt::format("{}", SystemClock().wall_now()));
  return headers;
}

/// How to reach and convince the brokers is the same for both directions.
bool is_about_the_connection(const std::string& property) {
  constexpr std::string_view prefixes[] = {"security.",  "sasl.",   "ssl.",
                                           "enable.ssl", "broker.", "socket."};
  return std::any_of(std::begin(prefixes), std::end(prefixes),
                     [&](auto prefix) { return property.starts_with(prefix); });
}

}  // namespace

Result<void> DeadLetters::open() {
  ProducerOptions producer{.bootstrap = options_.bootstrap,
                           .client_id = options_.client_id + "-dead-letters",
                           .linger = Milliseconds(0),
                           .logger = options_.logger};
  for (const auto& property : options_.props) {
    if (is_about_the_connection(property.first)) producer.props.push_back(property);
  }
  MR_TRY(auto opened, RawProducer::open(std::move(producer)));
  producer_.emplace(std::move(opened));
  return {};
}

Result<void> DeadLetters::write(const RawRecord& record, const Failure& failure) {
  constexpr Milliseconds write_timeout{30'000};
  if (!producer_) MR_TRY(open());
  auto delivery = producer_->send(options_.on_error.dead_letter_topic, record.key, record.value,
                                  {.headers = headers_of(record, failure)});
  if (auto written = delivery.get(write_timeout); !written) {
    return fail_at("dead letter", std::move(written).error());
  }
  return {};
}

}  // namespace millrace::client
