#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/metrics.h"
#include "fraud/kafka/group_reader.h"
#include "fraud/webhook/delivery_queue.h"
#include "fraud/webhook/http_poster.h"
#include "fraud/webhook/standard_webhooks.h"
#include "millrace/producer.h"

namespace millrace::fraud {

struct WebhookConfig {
  std::string url;
  std::string brokers;
  std::string topic = "alerts";
  std::string dead_letter_topic = "alerts.webhook.dlq";
  std::string group = "fraud-webhook";
  std::string instance = "0";
  RetryPolicy retry = {};
  Milliseconds request_timeout{20'000};
  Properties props = {};
};

/// Posts every alert of the alert topic to a URL, signed, at least once, always under the same id.
/// It reads the topic in a consumer group of its own, so a receiver that is slow or dead delays
/// nothing but itself. An alert that is given up goes to a dead-letter topic; a receiver that
/// answers 410 ends the deliveries, with everything that is not delivered still in the topic.
class WebhookSink : private GroupReader::Handler {
 public:
  /// Errors: `invalid_argument` for the URL or a property. `clock` and `registry` must outlive it.
  static Result<std::unique_ptr<WebhookSink>> open(WebhookConfig config, WebhookSecret secret,
                                                   const Clock& clock, metrics::Registry& registry,
                                                   Logger log);

  /// Delivers until `stop`; then commits what is settled. Errors: `fenced`, `cancelled` after a
  /// 410, what the broker refuses for good.
  Result<void> run(const std::stop_token& stop);

 private:
  struct Meters {
    metrics::Counter& delivered;
    metrics::Counter& retried;
    metrics::Counter& given_up;
  };

  WebhookSink(WebhookConfig config, WebhookSecret secret, const Clock& clock, Meters meters,
              Logger log);

  Result<std::vector<Offset>> on_assigned(std::span<const GroupReader::Committed> known) override;
  Result<void> on_revoked(std::span<const PartitionId> partitions, bool lost) override;
  Result<void> on_message(const rd_kafka_message_t& message) override;

  void start_due();
  Result<void> finish(const HttpPoster::Answer& answer);
  void bury(DeliveryQueue::Key key);
  Result<void> commit();

  const WebhookConfig config_;
  const WebhookSecret secret_;
  const Clock& clock_;
  const Meters meters_;
  const Logger log_;
  std::unique_ptr<GroupReader> reader_;
  std::unique_ptr<HttpPoster> poster_;
  std::optional<RawProducer> dead_letters_;
  DeliveryQueue queue_;
  std::map<uint64_t, DeliveryQueue::Key> under_way_;
  uint64_t next_tag_ = 0;
  MonoTime last_commit_ = {};
};

}  // namespace millrace::fraud
