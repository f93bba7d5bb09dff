#pragma once

#include "wire/types.h"

namespace millrace::wire {

/// Where a long answer was cut and the next request goes on.
struct TopicPartitionCursor {
  std::string topic_name;
  PartitionId partition_index;
  static void walk(auto& io, auto& m) {
    io.field("topic_name", m.topic_name);
    io.field("partition_index", m.partition_index);
  }
  bool operator==(const TopicPartitionCursor&) const = default;
};

struct DescribeTopicPartitionsResponse {
  static constexpr Message message{
      .name = "DescribeTopicPartitionsResponse", .key = 75, .versions = {0, 0}, .flexible_from = 0};

  struct Partition {
    ErrorCode error_code = ErrorCode::none;  ///< LEADER_NOT_AVAILABLE
    PartitionId partition_index;
    BrokerId leader_id;
    LeaderEpoch leader_epoch = no_leader_epoch;
    std::vector<BrokerId> replica_nodes;
    std::vector<BrokerId> isr_nodes;
    std::optional<std::vector<BrokerId>> eligible_leader_replicas;
    std::optional<std::vector<BrokerId>> last_known_elr;
    std::vector<BrokerId> offline_replicas;
    static void walk(auto& io, auto& m) {
      io.field("error_code", m.error_code);
      io.field("partition_index", m.partition_index);
      io.field("leader_id", m.leader_id);
      io.field("leader_epoch", m.leader_epoch);
      io.field("replica_nodes", m.replica_nodes);
      io.field("isr_nodes", m.isr_nodes);
      io.field("eligible_leader_replicas", m.eligible_leader_replicas);
      io.field("last_known_elr", m.last_known_elr);
      io.field("offline_replicas", m.offline_replicas);
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    /// UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION, TOPIC_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> name = "";
    TopicId topic_id;
    bool is_internal = false;
    std::vector<Partition> partitions;
    int32_t topic_authorized_operations = operations_not_requested;
    static void walk(auto& io, auto& m) {
      io.field("error_code", m.error_code);
      io.field("name", m.name);
      io.field("topic_id", m.topic_id);
      io.field("is_internal", m.is_internal);
      io.field("partitions", m.partitions);
      io.field("topic_authorized_operations", m.topic_authorized_operations);
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  std::optional<TopicPartitionCursor> next_cursor;  ///< null: that was all

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("topics", m.topics);
    io.field("next_cursor", m.next_cursor);
  }
  bool operator==(const DescribeTopicPartitionsResponse&) const = default;
};

/// Topics with their partitions in portions; the admin client of Java 4 asks this instead of
/// Metadata (KIP-966). No topics named: all.
struct DescribeTopicPartitionsRequest {
  static constexpr Message message{
      .name = "DescribeTopicPartitionsRequest", .key = 75, .versions = {0, 0}, .flexible_from = 0};
  using Response = DescribeTopicPartitionsResponse;

  struct Topic {
    std::string name;
    static void walk(auto& io, auto& m) { io.field("name", m.name); }
    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> topics;
  int32_t response_partition_limit = 2000;
  std::optional<TopicPartitionCursor> cursor;

  static void walk(auto& io, auto& m) {
    io.field("topics", m.topics);
    io.field("response_partition_limit", m.response_partition_limit);
    io.field("cursor", m.cursor);
  }
  bool operator==(const DescribeTopicPartitionsRequest&) const = default;
};

}  // namespace millrace::wire
