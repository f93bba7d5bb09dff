#pragma once

#include "wire/types.h"

namespace millrace::wire {

/// Records of the partitions asked for; of a fetch session, only those with something new
/// (KIP-227).
struct FetchResponse {
  static constexpr Message message{
      .name = "FetchResponse", .key = 1, .versions = {4, 18}, .flexible_from = 12};

  /// Where the log of a follower leaves ours (KIP-595).
  struct EpochEndOffset {
    LeaderEpoch epoch = no_leader_epoch;
    Offset end_offset = no_offset;
    static void walk(auto& io, auto& m) {
      io.field("epoch", m.epoch);
      io.field("end_offset", m.end_offset);
    }
    bool operator==(const EpochEndOffset&) const = default;
  };
  /// The snapshot a follower must fetch instead (KIP-630).
  struct SnapshotId {
    Offset end_offset = no_offset;
    LeaderEpoch epoch = no_leader_epoch;
    static void walk(auto& io, auto& m) {
      io.field("end_offset", m.end_offset);
      io.field("epoch", m.epoch);
    }
    bool operator==(const SnapshotId&) const = default;
  };
  /// A reader of committed records skips those of this producer from here to its abort marker.
  struct AbortedTransaction {
    ProducerId producer_id;
    Offset first_offset;
    static void walk(auto& io, auto& m) {
      io.field("producer_id", m.producer_id);
      io.field("first_offset", m.first_offset);
    }
    bool operator==(const AbortedTransaction&) const = default;
  };
  struct Partition {
    PartitionId partition_index;
    /// OFFSET_OUT_OF_RANGE (below the log start or above the log end), UNKNOWN_TOPIC_OR_PARTITION,
    /// UNKNOWN_TOPIC_ID, INCONSISTENT_TOPIC_ID, NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH,
    /// UNKNOWN_LEADER_EPOCH, CORRUPT_MESSAGE, KAFKA_STORAGE_ERROR
    ErrorCode error_code = ErrorCode::none;
    Offset high_watermark;
    Offset last_stable_offset = no_offset;  ///< exclusive end of what read_committed may see
    Offset log_start_offset = no_offset;
    EpochEndOffset diverging_epoch;
    LeaderIdAndEpoch current_leader;
    SnapshotId snapshot_id;
    std::optional<std::vector<AbortedTransaction>>
        aborted_transactions;  ///< null: uncommitted read
    BrokerId preferred_read_replica = no_broker;
    /// Empty rather than null when there is nothing: some clients cannot read a null (KIP-74).
    std::optional<Records> records = Records{};
    static void walk(auto& io, auto& m) {
      io.field("partition_index", m.partition_index);
      io.field("error_code", m.error_code);
      io.field("high_watermark", m.high_watermark);
      io.field("last_stable_offset", m.last_stable_offset);
      io.field("log_start_offset", m.log_start_offset, {.since = 5});
      io.field("aborted_transactions", m.aborted_transactions);
      io.field("preferred_read_replica", m.preferred_read_replica, {.since = 11});
      io.field("records", m.records);
      io.tagged(0, "diverging_epoch", m.diverging_epoch, {.since = 12});
      io.tagged(1, "current_leader", m.current_leader, {.since = 12});
      io.tagged(2, "snapshot_id", m.snapshot_id, {.since = 12});
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    std::string topic;
    TopicId topic_id;
    std::vector<Partition> partitions;
    static void walk(auto& io, auto& m) {
      io.field("topic", m.topic, {.until = 12});
      io.field("topic_id", m.topic_id, {.since = 13});
      io.field("partitions", m.partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  /// FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR
  ErrorCode error_code = ErrorCode::none;
  int32_t session_id = 0;  ///< 0 = no session was made
  std::vector<Topic> responses;
  std::vector<NodeEndpoint> node_endpoints;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("error_code", m.error_code, {.since = 7});
    io.field("session_id", m.session_id, {.since = 7});
    io.field("responses", m.responses);
    io.tagged(0, "node_endpoints", m.node_endpoints, {.since = 16});
  }
  bool operator==(const FetchResponse&) const = default;
};

/// Asks for records from given offsets, waiting up to max_wait_ms until min_bytes are there. v7
/// brings sessions (KIP-227): with a session, `topics` are additions and changes,
/// `forgotten_topics_data` removals. v13 has topic ids for names (KIP-516).
struct FetchRequest {
  static constexpr Message message{
      .name = "FetchRequest", .key = 1, .versions = {4, 18}, .flexible_from = 12};
  using Response = FetchResponse;

  struct ReplicaState {
    BrokerId replica_id = no_broker;
    int64_t replica_epoch = -1;
    static void walk(auto& io, auto& m) {
      io.field("replica_id", m.replica_id);
      io.field("replica_epoch", m.replica_epoch);
    }
    bool operator==(const ReplicaState&) const = default;
  };
  struct Partition {
    PartitionId partition;
    LeaderEpoch current_leader_epoch = no_leader_epoch;
    Offset fetch_offset;  ///< of the first record wanted
    LeaderEpoch last_fetched_epoch = no_leader_epoch;
    Offset log_start_offset = no_offset;
    int32_t partition_max_bytes = 0;
    Uuid replica_directory_id;
    Offset high_watermark{std::numeric_limits<int64_t>::max()};
    static void walk(auto& io, auto& m) {
      io.field("partition", m.partition);
      io.field("current_leader_epoch", m.current_leader_epoch, {.since = 9});
      io.field("fetch_offset", m.fetch_offset);
      io.field("last_fetched_epoch", m.last_fetched_epoch, {.since = 12});
      io.field("log_start_offset", m.log_start_offset, {.since = 5});
      io.field("partition_max_bytes", m.partition_max_bytes);
      io.tagged(0, "replica_directory_id", m.replica_directory_id, {.since = 17});
      io.tagged(1, "high_watermark", m.high_watermark,
                {.since = 18, .absent = std::numeric_limits<int64_t>::max()});
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    std::string topic;
    TopicId topic_id;
    std::vector<Partition> partitions;
    static void walk(auto& io, auto& m) {
      io.field("topic", m.topic, {.until = 12});
      io.field("topic_id", m.topic_id, {.since = 13});
      io.field("partitions", m.partitions);
    }
    bool operator==(const Topic&) const = default;
  };
  struct ForgottenTopic {
    std::string topic;
    TopicId topic_id;
    std::vector<PartitionId> partitions;
    static void walk(auto& io, auto& m) {
      io.field("topic", m.topic, {.until = 12});
      io.field("topic_id", m.topic_id, {.since = 13});
      io.field("partitions", m.partitions);
    }
    bool operator==(const ForgottenTopic&) const = default;
  };

  std::optional<std::string> cluster_id;
  BrokerId replica_id = no_broker;
  ReplicaState replica_state;
  int32_t max_wait_ms = 0;
  int32_t min_bytes = 0;
  int32_t max_bytes = std::numeric_limits<int32_t>::max();
  IsolationLevel isolation_level = IsolationLevel::read_uncommitted;
  int32_t session_id = 0;
  int32_t session_epoch = -1;  ///< −1 = no session, 0 = a new one, else the one that follows
  std::vector<Topic> topics;
  std::vector<ForgottenTopic> forgotten_topics_data;
  std::string rack_id;

  static void walk(auto& io, auto& m) {
    io.field("replica_id", m.replica_id, {.until = 14});
    io.field("max_wait_ms", m.max_wait_ms);
    io.field("min_bytes", m.min_bytes);
    io.field("max_bytes", m.max_bytes);
    io.field("isolation_level", m.isolation_level);
    io.field("session_id", m.session_id, {.since = 7});
    io.field("session_epoch", m.session_epoch, {.since = 7});
    io.field("topics", m.topics);
    io.field("forgotten_topics_data", m.forgotten_topics_data, {.since = 7});
    io.field("rack_id", m.rack_id, {.since = 11});
    io.tagged(0, "cluster_id", m.cluster_id, {.since = 12});
    io.tagged(1, "replica_state", m.replica_state, {.since = 15});
  }
  bool operator==(const FetchRequest&) const = default;
};

}  // namespace millrace::wire
