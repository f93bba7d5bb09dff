#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "broker/broker_config.h"
#include "broker/property.h"
#include "storage/log.h"

namespace millrace::broker {

/// The settings of one topic, every one filled in: from the topic's overrides, else the broker.
struct TopicConfig {
  std::string cleanup_policy;
  std::string compression_type;
  int64_t flush_messages = 0;
  int32_t index_interval_bytes = 0;
  int32_t max_message_bytes = 0;
  std::string message_timestamp_type;
  int64_t message_timestamp_before_max_ms = 0;
  int64_t message_timestamp_after_max_ms = 0;
  int32_t min_insync_replicas = 0;
  int64_t retention_bytes = 0;
  int64_t retention_ms = 0;
  int32_t segment_bytes = 0;
  int32_t segment_index_bytes = 0;
  int64_t segment_ms = 0;
};

/// What a topic's creator or an operator has set; keys are names of `topic_properties()`.
using TopicOverrides = std::map<std::string, std::string>;

std::span<const Property<TopicConfig>> topic_properties();

/// Errors: invalid_argument for a value that is not allowed or an unknown name, then with the
/// nearest known one.
Result<TopicConfig> topic_config(const BrokerConfig& broker, const TopicOverrides& overrides);

storage::LogConfig log_config(const BrokerConfig& broker, const TopicConfig& topic);

}  // namespace millrace::broker
