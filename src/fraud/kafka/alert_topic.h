#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "fraud/pipeline/ports.h"
#include "millrace/producer.h"

namespace millrace::fraud {

/// Headers of an alert's record: readers find them without parsing the value.
inline constexpr const char* alert_id_header = "alert-id";
inline constexpr const char* alert_rule_header = "rule";

struct AlertTopicConfig {
  std::string brokers;
  std::string topic = "alerts";
  std::string dead_letter_topic = "transactions.dlq";
  Milliseconds horizon = std::chrono::hours(24 * 7);  ///< how far back alerts are remembered
  Milliseconds flush_timeout{10'000};
  Properties props = {};
};

/// The alerts topic, keyed by user, and the dead letters of the transactions topic.
class AlertTopic final : public AlertLog {
 public:
  /// `clock` must outlive it. Errors: invalid_argument, naming the property.
  static Result<std::unique_ptr<AlertTopic>> open(AlertTopicConfig config, const Clock& clock,
                                                  Logger log);

  Result<std::vector<RaisedAlert>> read_new() override;
  void raise(const Alert& alert) override;
  void dead_letter(const InputRecord& record, std::string_view reason) override;
  /// Errors: `timed_out` when some are still under way; `failed` when some never will be durable.
  Result<void> flush() override;
  std::vector<Acknowledged> take_acknowledged() override;

 private:
  /// Filled on the producer's delivery thread.
  struct Outcomes {
    std::mutex mutex;
    std::vector<Acknowledged> acknowledged;
    std::optional<Error> lost;  ///< why an alert never will be durable
  };

  AlertTopic(AlertTopicConfig config, RawProducer producer, const Clock& clock, Logger log)
      : config_(std::move(config)), clock_(clock), log_(log), producer_(std::move(producer)) {}

  const AlertTopicConfig config_;
  const Clock& clock_;
  const Logger log_;
  std::shared_ptr<Outcomes> outcomes_ = std::make_shared<Outcomes>();
  RawProducer producer_;
  std::map<PartitionId, Offset> read_up_to_;
};

}  // namespace millrace::fraud
