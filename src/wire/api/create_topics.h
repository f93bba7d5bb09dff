#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct CreateTopicsResponse {
  static constexpr Message message{
      .name = "CreateTopicsResponse", .key = 19, .versions = {2, 7}, .flexible_from = 5};

  struct Config {
    std::string name;
    std::optional<std::string> value = "";
    bool read_only = false;
    ConfigSource config_source = ConfigSource::unknown;
    bool is_sensitive = false;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("value", m.value);
      io.field("read_only", m.read_only);
      io.field("config_source", m.config_source);
      io.field("is_sensitive", m.is_sensitive);
    }
    bool operator==(const Config&) const = default;
  };
  struct Topic {
    std::string name;
    TopicId topic_id;
    /// TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS,
    /// INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG, INVALID_REQUEST
    /// (named twice, or assignments together with counts), POLICY_VIOLATION, REQUEST_TIMED_OUT,
    /// NOT_CONTROLLER, THROTTLING_QUOTA_EXCEEDED (v6), CLUSTER_ and TOPIC_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message = "";
    ErrorCode topic_config_error_code =
        ErrorCode::none;  ///< TOPIC_AUTHORIZATION_FAILED: no configs
    int32_t num_partitions = -1;
    int16_t replication_factor = -1;
    std::optional<std::vector<Config>> configs = std::vector<Config>{};
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("topic_id", m.topic_id, {.since = 7});
      io.field("error_code", m.error_code);
      io.field("error_message", m.error_message);
      io.field("num_partitions", m.num_partitions, {.since = 5});
      io.field("replication_factor", m.replication_factor, {.since = 5});
      io.field("configs", m.configs, {.since = 5});
      io.tagged(0, "topic_config_error_code", m.topic_config_error_code, {.since = 5});
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("topics", m.topics);
  }
  bool operator==(const CreateTopicsResponse&) const = default;
};

/// Creates topics, or with validate_only says whether it could. v4 takes −1 for the broker's
/// default count of partitions or replicas (KIP-464), v5 returns the configuration (KIP-525), v7
/// the id.
struct CreateTopicsRequest {
  static constexpr Message message{
      .name = "CreateTopicsRequest", .key = 19, .versions = {2, 7}, .flexible_from = 5};
  using Response = CreateTopicsResponse;

  struct Assignment {
    PartitionId partition_index;
    std::vector<BrokerId> broker_ids;
    static void walk(auto& io, auto& m) {
      io.field("partition_index", m.partition_index);
      io.field("broker_ids", m.broker_ids);
    }
    bool operator==(const Assignment&) const = default;
  };
  struct Config {
    std::string name;
    std::optional<std::string> value = "";
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("value", m.value);
    }
    bool operator==(const Config&) const = default;
  };
  struct Topic {
    std::string name;
    int32_t num_partitions = 0;
    int16_t replication_factor = 0;
    std::vector<Assignment> assignments;  ///< if given, both counts are −1
    std::vector<Config> configs;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("num_partitions", m.num_partitions);
      io.field("replication_factor", m.replication_factor);
      io.field("assignments", m.assignments);
      io.field("configs", m.configs);
    }
    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> topics;
  int32_t timeout_ms = 60'000;
  bool validate_only = false;

  static void walk(auto& io, auto& m) {
    io.field("topics", m.topics);
    io.field("timeout_ms", m.timeout_ms);
    io.field("validate_only", m.validate_only);
  }
  bool operator==(const CreateTopicsRequest&) const = default;
};

}  // namespace millrace::wire
