#include "fraud/webhook/webhook_sink.h"

#include <fmt/format.h>

#include "fraud/kafka/alert_topic.h"
#include "fraud/timestamps.h"

namespace millrace::fraud {
namespace {

metrics::Counter& counter(metrics::Registry& registry, const char* outcome) {
  return registry.counter("millrace_fraud_webhook_attempts_total",
                          "Attempts to deliver an alert to the webhook, by outcome.",
                          {{"outcome", outcome}});
}

}  // namespace

Result<std::unique_ptr<WebhookSink>> WebhookSink::open(WebhookConfig config, WebhookSecret secret,
                                                       const Clock& clock,
                                                       metrics::Registry& registry, Logger log) {
  const Meters meters{counter(registry, "delivered"), counter(registry, "retried"),
                      counter(registry, "given_up")};
  std::unique_ptr<WebhookSink> sink(
      new WebhookSink(std::move(config), std::move(secret), clock, meters, log));
  const WebhookConfig& with = sink->config_;
  MR_TRY(sink->poster_, HttpPoster::open(with.url, with.request_timeout));
  MR_TRY(sink->reader_, GroupReader::open({.brokers = with.brokers,
                                           .topic = with.topic,
                                           .group = with.group,
                                           .instance = with.instance,
                                           .batch_records = 16,
                                           .props = with.props},
                                          log));
  ProducerOptions options;
  options.bootstrap = with.brokers;
  options.client_id = "millrace-webhook-dlq";
  options.props = with.props;
  options.logger = log;
  MR_TRY(auto producer, RawProducer::open(std::move(options)));
  sink->dead_letters_.emplace(std::move(producer));
  return sink;
}

WebhookSink::WebhookSink(WebhookConfig config, WebhookSecret secret, const Clock& clock,
                         Meters meters, Logger log)
    : config_(std::move(config)),
      secret_(std::move(secret)),
      clock_(clock),
      meters_(meters),
      log_(log),
      queue_(config_.retry, static_cast<uint64_t>(clock.wall_now().value())) {}

Result<void> WebhookSink::run(const std::stop_token& stop) {
  constexpr Milliseconds turn{20};
  constexpr Milliseconds commit_interval{1'000};
  while (!stop.stop_requested()) {
    MR_TRY(reader_->pause(!queue_.has_room()));
    MR_TRY(reader_->poll(*this, Milliseconds(0)));
    start_due();
    for (const auto& answer : poster_->run(turn)) MR_TRY(finish(answer));
    if (clock_.mono_now() - last_commit_ >= commit_interval) MR_TRY(commit());
  }
  return commit();
}

Result<std::vector<Offset>> WebhookSink::on_assigned(
    std::span<const GroupReader::Committed> known) {
  std::vector<Offset> starts;
  for (const auto& partition : known) starts.push_back(partition.next.value_or(Offset(0)));
  return starts;
}

Result<void> WebhookSink::on_revoked(std::span<const PartitionId> partitions, bool lost) {
  if (!lost) MR_TRY(commit());
  for (const PartitionId partition : partitions) queue_.drop(partition);
  return {};
}

Result<void> WebhookSink::on_message(const rd_kafka_message_t& message) {
  const DeliveryQueue::Key key{PartitionId(message.partition), Offset(message.offset)};
  const auto id = header_of(message, alert_id_header);
  if (!id || message.payload == nullptr) {
    log_.warn("a record of the alert topic is no alert", kv("partition", key.partition),
              kv("offset", key.offset));
    queue_.skip(key);
    return {};
  }
  queue_.add(key,
             {.id = *id,
              .body = std::string(value_of(message)),
              .raised_at = Timestamp(rd_kafka_message_timestamp(&message, nullptr))},
             clock_.mono_now());
  return {};
}

void WebhookSink::start_due() {
  while (const auto key = queue_.start_next(clock_.mono_now())) {
    const auto& item = queue_.item(*key);
    // Nothing in the body changes between attempts; the signature is of the attempt's own time.
    const std::string body = fmt::format(R"({{"type":"fraud.alert","timestamp":"{}","data":{}}})",
                                         format_timestamp(item.raised_at), item.body);
    const int64_t seconds = clock_.wall_now().value() / 1000;
    poster_->start(next_tag_, body,
                   {{"content-type", "application/json"},
                    {"webhook-id", item.id},
                    {"webhook-timestamp", fmt::format("{}", seconds)},
                    {"webhook-signature", secret_.sign(item.id, seconds, body)}});
    under_way_.emplace(next_tag_++, *key);
  }
}

Result<void> WebhookSink::finish(const HttpPoster::Answer& answer) {
  const auto node = under_way_.extract(answer.tag);
  const DeliveryQueue::Key key = node.mapped();
  if (!queue_.contains(key)) return {};  // its partition was revoked meanwhile
  const std::string id = queue_.item(key).id;
  switch (queue_.on_result(key, {answer.status, answer.retry_after}, clock_.mono_now())) {
    case DeliveryQueue::Outcome::delivered:
      meters_.delivered.add();
      return {};
    case DeliveryQueue::Outcome::retried:
      meters_.retried.add();
      log_.debug("an alert is not delivered; trying again later", kv("alert", id),
                 kv("status", answer.status), kv("problem", answer.problem));
      return {};
    case DeliveryQueue::Outcome::given_up:
      meters_.given_up.add();
      bury(key);
      return {};
    case DeliveryQueue::Outcome::gone:
      (void)commit();
      return fail(
          Errc::cancelled,
          "the webhook's receiver answers 410 Gone: it wants no more. What is not delivered "
          "stays in topic " +
              config_.topic);
  }
  return {};
}

void WebhookSink::bury(DeliveryQueue::Key key) {
  const auto& item = queue_.item(key);
  SendOptions options;
  options.headers = {{alert_id_header, item.id},
                     {"mr.dlq.topic", config_.topic},
                     {"mr.dlq.partition", fmt::format("{}", key.partition)},
                     {"mr.dlq.offset", fmt::format("{}", key.offset)},
                     {"mr.dlq.error", fmt::format("last status {}", item.last_status)},
                     {"mr.dlq.stage", "webhook"},
                     {"mr.dlq.attempts", fmt::format("{}", item.attempts)},
                     {"mr.dlq.ts", fmt::format("{}", clock_.wall_now())}};
  auto delivery = dead_letters_->send(config_.dead_letter_topic, as_bytes(item.id),
                                      as_bytes(item.body), options);
  constexpr Milliseconds patience{10'000};
  if (const auto buried = delivery.get(patience); !buried) {
    log_.warn("a dead letter is not written; keeping the alert", kv("alert", item.id),
              kv("error", buried.error().message()));
    return queue_.try_again(key, clock_.mono_now());
  }
  log_.warn("an alert is given up", kv("alert", item.id), kv("attempts", item.attempts),
            kv("last_status", item.last_status));
  queue_.settle(key);
}

Result<void> WebhookSink::commit() {
  last_commit_ = clock_.mono_now();
  std::vector<GroupReader::Committed> offsets;
  for (const auto& [partition, done] : queue_.take_progress()) {
    offsets.push_back({partition, done, ""});
  }
  if (offsets.empty()) return {};
  const auto committed = reader_->commit(offsets);
  if (committed || committed.error().code == Errc::fenced) return committed;
  log_.warn("deliveries are not committed; some will be repeated",
            kv("error", committed.error().message()));
  return {};
}

}  // namespace millrace::fraud
