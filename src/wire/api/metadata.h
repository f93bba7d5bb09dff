#pragma once

#include "wire/types.h"

namespace millrace::wire {

/// The cluster as a client needs it: brokers, and of each topic the partitions and their leaders.
struct MetadataResponse {
  static constexpr Message message{
      .name = "MetadataResponse", .key = 3, .versions = {0, 13}, .flexible_from = 9};

  struct Broker {
    BrokerId node_id;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
    static void walk(auto& io, auto& m) {
      io.field("node_id", m.node_id);
      io.field("host", m.host);
      io.field("port", m.port);
      io.field("rack", m.rack, {.since = 1});
    }
    bool operator==(const Broker&) const = default;
  };
  struct Partition {
    ErrorCode error_code = ErrorCode::none;  ///< LEADER_NOT_AVAILABLE, REPLICA_NOT_AVAILABLE
    PartitionId partition_index;
    BrokerId leader_id;
    LeaderEpoch leader_epoch = no_leader_epoch;
    std::vector<BrokerId> replica_nodes;
    std::vector<BrokerId> isr_nodes;
    std::vector<BrokerId> offline_replicas;
    static void walk(auto& io, auto& m) {
      io.field("error_code", m.error_code);
      io.field("partition_index", m.partition_index);
      io.field("leader_id", m.leader_id);
      io.field("leader_epoch", m.leader_epoch, {.since = 7});
      io.field("replica_nodes", m.replica_nodes);
      io.field("isr_nodes", m.isr_nodes);
      io.field("offline_replicas", m.offline_replicas, {.since = 5});
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    /// UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID (asked by id), INVALID_TOPIC_EXCEPTION,
    /// LEADER_NOT_AVAILABLE (being created), TOPIC_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> name = "";  ///< null: asked by an id that is unknown
    TopicId topic_id;
    bool is_internal = false;
    std::vector<Partition> partitions;
    int32_t topic_authorized_operations = operations_not_requested;
    static void walk(auto& io, auto& m) {
      io.field("error_code", m.error_code);
      io.field("name", m.name, {.nullable_since = 12});
      io.field("topic_id", m.topic_id, {.since = 10});
      io.field("is_internal", m.is_internal, {.since = 1});
      io.field("partitions", m.partitions);
      io.field("topic_authorized_operations", m.topic_authorized_operations, {.since = 8});
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Broker> brokers;
  std::optional<std::string> cluster_id;
  BrokerId controller_id = no_broker;
  std::vector<Topic> topics;
  int32_t cluster_authorized_operations = operations_not_requested;
  ErrorCode error_code = ErrorCode::none;  ///< REBOOTSTRAP_REQUIRED (KIP-1102)

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 3});
    io.field("brokers", m.brokers);
    io.field("cluster_id", m.cluster_id, {.since = 2});
    io.field("controller_id", m.controller_id, {.since = 1});
    io.field("topics", m.topics);
    io.field("cluster_authorized_operations", m.cluster_authorized_operations,
             {.since = 8, .until = 10});
    io.field("error_code", m.error_code, {.since = 13});
  }
  bool operator==(const MetadataResponse&) const = default;
};

/// Asks for topics by name, or by id (v12 on, KIP-516, with a null name). All topics: null, or in
/// v0 an empty list. None: an empty list from v1 on.
struct MetadataRequest {
  static constexpr Message message{
      .name = "MetadataRequest", .key = 3, .versions = {0, 13}, .flexible_from = 9};
  using Response = MetadataResponse;

  struct Topic {
    TopicId topic_id;
    std::optional<std::string> name = "";
    static void walk(auto& io, auto& m) {
      io.field("topic_id", m.topic_id, {.since = 10});
      io.field("name", m.name, {.nullable_since = 10});
    }
    bool operator==(const Topic&) const = default;
  };

  std::optional<std::vector<Topic>> topics = std::vector<Topic>{};
  bool allow_auto_topic_creation = true;  ///< before v4 a client could not forbid it
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;

  static void walk(auto& io, auto& m) {
    io.field("topics", m.topics, {.nullable_since = 1});
    io.field("allow_auto_topic_creation", m.allow_auto_topic_creation, {.since = 4});
    io.field("include_cluster_authorized_operations", m.include_cluster_authorized_operations,
             {.since = 8, .until = 10});
    io.field("include_topic_authorized_operations", m.include_topic_authorized_operations,
             {.since = 8});
  }
  bool operator==(const MetadataRequest&) const = default;
};

}  // namespace millrace::wire
