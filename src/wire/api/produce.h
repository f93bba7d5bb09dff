#pragma once

#include "wire/types.h"

namespace millrace::wire {

/// Not sent at all when the request's acks were 0.
struct ProduceResponse {
  static constexpr Message message{
      .name = "ProduceResponse", .key = 0, .versions = {0, 13}, .flexible_from = 9};

  /// A record that had the whole batch refused (KIP-467).
  struct RecordError {
    int32_t batch_index = 0;
    std::optional<std::string> batch_index_error_message;
    static void walk(auto& io, auto& m) {
      io.field("batch_index", m.batch_index);
      io.field("batch_index_error_message", m.batch_index_error_message);
    }
    bool operator==(const RecordError&) const = default;
  };
  struct Partition {
    PartitionId index;
    /// CORRUPT_MESSAGE (CRC or layout), INVALID_RECORD, MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE,
    /// INVALID_TIMESTAMP, UNSUPPORTED_COMPRESSION_TYPE, UNKNOWN_TOPIC_OR_PARTITION,
    /// UNKNOWN_TOPIC_ID, NOT_LEADER_OR_FOLLOWER, INVALID_REQUIRED_ACKS,
    /// OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH,
    /// INVALID_TXN_STATE, KAFKA_STORAGE_ERROR, REQUEST_TIMED_OUT
    ErrorCode error_code = ErrorCode::none;
    Offset base_offset;  ///< of the first record; of the original batch when it is a duplicate
    Timestamp log_append_time_ms = no_timestamp;  ///< −1 unless the topic uses LogAppendTime
    Offset log_start_offset = no_offset;
    std::vector<RecordError> record_errors;
    std::optional<std::string> error_message;
    LeaderIdAndEpoch current_leader;
    static void walk(auto& io, auto& m) {
      io.field("index", m.index);
      io.field("error_code", m.error_code);
      io.field("base_offset", m.base_offset);
      io.field("log_append_time_ms", m.log_append_time_ms, {.since = 2});
      io.field("log_start_offset", m.log_start_offset, {.since = 5});
      io.field("record_errors", m.record_errors, {.since = 8});
      io.field("error_message", m.error_message, {.since = 8});
      io.tagged(0, "current_leader", m.current_leader, {.since = 10});
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    std::string name;
    TopicId topic_id;
    std::vector<Partition> partition_responses;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name, {.until = 12});
      io.field("topic_id", m.topic_id, {.since = 13});
      io.field("partition_responses", m.partition_responses);
    }
    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> responses;
  int32_t throttle_time_ms = 0;
  std::vector<NodeEndpoint> node_endpoints;

  static void walk(auto& io, auto& m) {
    io.field("responses", m.responses);
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 1});
    io.tagged(0, "node_endpoints", m.node_endpoints, {.since = 10});
  }
  bool operator==(const ProduceResponse&) const = default;
};

/// Record batches to append. v3 brings transactions and the batch format of today (v0–2 carry
/// message sets of old, which are described here so that they can be refused by name), v13 topic
/// ids (KIP-516).
struct ProduceRequest {
  static constexpr Message message{
      .name = "ProduceRequest", .key = 0, .versions = {0, 13}, .flexible_from = 9};
  using Response = ProduceResponse;

  struct Partition {
    PartitionId index;
    std::optional<Records> records = Records{};
    static void walk(auto& io, auto& m) {
      io.field("index", m.index);
      io.field("records", m.records);
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    std::string name;
    TopicId topic_id;
    std::vector<Partition> partition_data;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name, {.until = 12});
      io.field("topic_id", m.topic_id, {.since = 13});
      io.field("partition_data", m.partition_data);
    }
    bool operator==(const Topic&) const = default;
  };

  std::optional<std::string> transactional_id;
  int16_t acks = 0;  ///< −1 = all in-sync replicas, 1 = the leader, 0 = no answer wanted
  int32_t timeout_ms = 0;
  std::vector<Topic> topic_data;

  static void walk(auto& io, auto& m) {
    io.field("transactional_id", m.transactional_id, {.since = 3});
    io.field("acks", m.acks);
    io.field("timeout_ms", m.timeout_ms);
    io.field("topic_data", m.topic_data);
  }
  bool operator==(const ProduceRequest&) const = default;
};

}  // namespace millrace::wire
