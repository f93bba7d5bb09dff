#include "fraud/kafka/alert_topic.h"

#include <fmt/format.h>

#include <utility>

#include "fraud/kafka/topic_tail.h"

namespace millrace::fraud {
namespace {

/// Alerts are few and urgent: nothing lingers, and a broker that is away is waited for.
ProducerOptions producer_options(const AlertTopicConfig& config, Logger log) {
  ProducerOptions options;
  options.bootstrap = config.brokers;
  options.client_id = "millrace-fraud-alerts";
  options.linger = Milliseconds(0);
  options.props = {{"message.timeout.ms", "0"}};
  options.props.insert(options.props.end(), config.props.begin(), config.props.end());
  options.logger = log;
  return options;
}

}  // namespace

Result<std::unique_ptr<AlertTopic>> AlertTopic::open(AlertTopicConfig config, const Clock& clock,
                                                     Logger log) {
  MR_TRY(auto producer, RawProducer::open(producer_options(config, log)));
  return std::unique_ptr<AlertTopic>(
      new AlertTopic(std::move(config), std::move(producer), clock, log));
}

Result<std::vector<RaisedAlert>> AlertTopic::read_new() {
  std::vector<RaisedAlert> found;
  const TopicTail tail{.brokers = config_.brokers,
                       .topic = config_.topic,
                       .not_before = clock_.wall_now() - config_.horizon.count(),
                       .props = config_.props};
  MR_TRY(read_tail(tail, read_up_to_, log_, [&](const rd_kafka_message_t& message) {
    const auto id = header_of(message, alert_id_header);
    const auto parsed = id ? AlertId::parse(*id) : std::nullopt;
    if (parsed)
      found.push_back({*parsed, Timestamp(rd_kafka_message_timestamp(&message, nullptr))});
  }));
  return found;
}

void AlertTopic::raise(const Alert& alert) {
  const std::string value = encode_alert(alert);
  const SendOptions options{
      .headers = {{alert_id_header, alert.id.text()}, {alert_rule_header, alert.rule_id}},
      .partition = {},
      .timestamp = {}};
  auto delivery =
      producer_.send(config_.topic, as_bytes(alert.transaction.user_id), as_bytes(value), options);
  std::move(delivery).then([outcomes = outcomes_, &clock = clock_, log = log_,
                            alert](const Result<RecordMetadata>& placed) {
    const std::lock_guard lock(outcomes->mutex);
    if (!placed) {
      log.error("an alert is not in the log", kv("alert", alert.id.text()),
                kv("error", placed.error().message()));
      outcomes->lost = placed.error();
      return;
    }
    outcomes->acknowledged.push_back({alert, clock.wall_now()});
  });
}

void AlertTopic::dead_letter(const InputRecord& record, std::string_view reason) {
  const SendOptions options{
      .headers = {{"mr.dlq.topic", std::string(record.position.topic)},
                  {"mr.dlq.partition", fmt::format("{}", record.position.partition)},
                  {"mr.dlq.offset", fmt::format("{}", record.position.offset)},
                  {"mr.dlq.error", std::string(reason)},
                  {"mr.dlq.stage", "decode"},
                  {"mr.dlq.attempts", "1"},
                  {"mr.dlq.ts", fmt::format("{}", clock_.wall_now())}},
      .partition = {},
      .timestamp = {}};
  // Dropped: a failure is what the next flush reports.
  (void)producer_.send(config_.dead_letter_topic, std::nullopt, as_bytes(record.value), options);
}

Result<void> AlertTopic::flush() {
  MR_TRY(producer_.flush(config_.flush_timeout));
  const std::lock_guard lock(outcomes_->mutex);
  if (outcomes_->lost) return fail_at("an alert is lost", *outcomes_->lost);
  return {};
}

std::vector<AlertLog::Acknowledged> AlertTopic::take_acknowledged() {
  const std::lock_guard lock(outcomes_->mutex);
  return std::exchange(outcomes_->acknowledged, {});
}

}  // namespace millrace::fraud
