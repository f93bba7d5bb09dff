#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "broker/property.h"

namespace millrace::broker {

/// Every setting of a broker. What each means, its Kafka name and its range are in the table of
/// broker_config.cc, which -X, server.properties, DescribeConfigs and the docs are made from.
struct BrokerConfig {
  int32_t node_id = 1;
  std::string listeners = "PLAINTEXT://127.0.0.1:9092";
  std::string advertised_listeners;
  std::string log_dirs;
  int32_t shards = 0;

  // Topics.
  int32_t num_partitions = 1;
  int32_t default_replication_factor = 1;
  bool replication_factor_clamp = false;
  bool auto_create_topics_enable = true;
  bool delete_topic_enable = true;
  int32_t partitions_per_topic_max = 10'000;
  int32_t partitions_max = 100'000;

  // Defaults of topic settings.
  int32_t message_max_bytes = 1'048'588;
  std::string compression_type = "producer";
  std::string log_cleanup_policy = "delete";
  int64_t log_retention_ms = 604'800'000;
  int64_t log_retention_bytes = -1;
  int32_t log_segment_bytes = 1 << 30;
  int64_t log_roll_ms = 604'800'000;
  int32_t log_index_interval_bytes = 4096;
  int32_t log_index_size_max_bytes = 10 << 20;
  int64_t log_flush_interval_messages = 1;
  std::string log_message_timestamp_type = "CreateTime";
  int64_t log_message_timestamp_before_max_ms = INT64_MAX;
  int64_t log_message_timestamp_after_max_ms = 3'600'000;
  int32_t min_insync_replicas = 1;

  // Upkeep.
  int64_t log_retention_check_interval_ms = 300'000;
  int64_t log_flush_offset_checkpoint_interval_ms = 1'000;

  // Requests.
  int32_t socket_request_max_bytes = 100 << 20;
  int32_t first_request_max_bytes = 64 << 10;
  int32_t max_connections = 10'000;
  int32_t in_flight_requests_max = 64;
  int64_t connections_max_idle_ms = 600'000;
  int64_t request_max_ms = 30'000;
  int64_t write_stall_max_ms = 30'000;
  int32_t fetch_max_bytes = 55 << 20;
  int32_t fetch_max_wait_ms = 300'000;
  int64_t shutdown_grace_ms = 5'000;

  // Groups.
  int32_t group_initial_rebalance_delay_ms = 0;
  int32_t group_min_session_timeout_ms = 6'000;
  int32_t group_max_session_timeout_ms = 1'800'000;
  int32_t group_max_size = 10'000;
  int32_t offsets_topic_num_partitions = 50;
  int32_t offset_metadata_max_bytes = 4096;
  int64_t offsets_retention_minutes = 10'080;

  // Producers.
  int64_t producer_id_expiration_ms = 86'400'000;
};

std::span<const Property<BrokerConfig>> broker_properties();

/// Sets one property by its Kafka name. Errors: invalid_argument for a value that is not allowed
/// or an unknown name, then with the nearest known one. Returns a notice for the operator when the
/// property is Kafka's but means nothing here ("zookeeper.connect"), else an empty text.
Result<std::string> set_broker_property(BrokerConfig& config, std::string_view name,
                                        std::string_view value);

/// Reads the lines of a server.properties file. Errors name the line. Returns the notices.
Result<std::vector<std::string>> read_server_properties(BrokerConfig& config,
                                                        std::string_view text);

/// The number of shards to run: the setting, or the number of cores, at most 4.
size_t shard_count(const BrokerConfig& config, size_t cores);

}  // namespace millrace::broker
