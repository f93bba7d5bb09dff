#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "fraud/kafka/alert_topic.h"
#include "fraud/kafka/transaction_topic.h"
#include "fraud/pipeline/pipeline.h"
#include "fraud/webhook/webhook_sink.h"

namespace millrace::fraud {

struct WebhookTarget {
  std::string url;
  WebhookSecret secret;
  RetryPolicy retry = {};
};

struct ServiceConfig {
  std::string brokers = "127.0.0.1:9092";
  std::string transactions = "transactions";
  std::string alerts = "alerts";
  int32_t transaction_partitions = 6;  ///< of topics that do not exist yet
  int32_t alert_partitions = 3;
  std::string group = "fraud";
  std::string instance = "0";  ///< of the group; another name for each further process
  Reset from = Reset::earliest;
  PipelineConfig pipeline = {};
  std::optional<WebhookTarget> webhook = {};
  Milliseconds connect_timeout{10'000};
  Properties props = {};

  std::string transaction_dead_letters() const { return transactions + ".dlq"; }
  std::string alert_dead_letters() const { return alerts + ".webhook.dlq"; }
};

/// The running detector: its topics, its pipeline, its webhook. Talks to a broker, ours or Apache
/// Kafka, by the Kafka protocol alone.
class Service {
 public:
  /// Reaches the broker and creates the topics that are missing. What is handed in must outlive the
  /// service. Errors: unavailable, timed_out, what the broker refuses.
  static Result<std::unique_ptr<Service>> open(ServiceConfig config, const Clock& clock,
                                               metrics::Registry& registry, Logger log,
                                               Pipeline::OnAlert on_alert);
  ~Service();

  /// Judges until `stop`, or until `turn`, called on this thread every few milliseconds, answers
  /// false; then commits. The webhook delivers meanwhile, on a thread of its own.
  Result<void> run(const std::stop_token& stop, const std::function<bool()>& turn);

  const Pipeline& pipeline() const { return *pipeline_; }
  int64_t lag() const { return source_->lag(); }
  bool at_end() const { return source_->at_end(); }
  /// From any thread: partitions are ours and are being judged.
  bool ready() const { return ready_; }

 private:
  Service(ServiceConfig config, Logger log) : config_(std::move(config)), log_(log) {}

  const ServiceConfig config_;
  const Logger log_;
  std::unique_ptr<TransactionTopic> source_;
  std::unique_ptr<AlertTopic> alerts_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<WebhookSink> webhook_;
  metrics::Gauge* lag_gauge_ = nullptr;
  std::atomic<bool> ready_{false};
};

}  // namespace millrace::fraud
