#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct OffsetForLeaderEpochResponse {
  static constexpr Message message{
      .name = "OffsetForLeaderEpochResponse", .key = 23, .versions = {2, 4}, .flexible_from = 4};

  struct Partition {
    /// UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH,
    /// UNKNOWN_LEADER_EPOCH, KAFKA_STORAGE_ERROR, TOPIC_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    PartitionId partition;
    LeaderEpoch leader_epoch =
        no_leader_epoch;            ///< the greatest that is not above the one asked for
    Offset end_offset = no_offset;  ///< exclusive end of that epoch
    static void walk(auto& io, auto& m) {
      io.field("error_code", m.error_code);
      io.field("partition", m.partition);
      io.field("leader_epoch", m.leader_epoch);
      io.field("end_offset", m.end_offset);
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    std::string topic;
    std::vector<Partition> partitions;
    static void walk(auto& io, auto& m) {
      io.field("topic", m.topic);
      io.field("partitions", m.partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("topics", m.topics);
  }
  bool operator==(const OffsetForLeaderEpochResponse&) const = default;
};

/// Where a leader epoch ended: a consumer finds out with it that the log it read was cut (KIP-320).
struct OffsetForLeaderEpochRequest {
  static constexpr Message message{
      .name = "OffsetForLeaderEpochRequest", .key = 23, .versions = {2, 4}, .flexible_from = 4};
  using Response = OffsetForLeaderEpochResponse;

  struct Partition {
    PartitionId partition;
    LeaderEpoch current_leader_epoch = no_leader_epoch;
    LeaderEpoch leader_epoch;
    static void walk(auto& io, auto& m) {
      io.field("partition", m.partition);
      io.field("current_leader_epoch", m.current_leader_epoch);
      io.field("leader_epoch", m.leader_epoch);
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    std::string topic;
    std::vector<Partition> partitions;
    static void walk(auto& io, auto& m) {
      io.field("topic", m.topic);
      io.field("partitions", m.partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  BrokerId replica_id{-2};  ///< −1: a consumer; −2 (v2): nobody said
  std::vector<Topic> topics;

  static void walk(auto& io, auto& m) {
    io.field("replica_id", m.replica_id, {.since = 3});
    io.field("topics", m.topics);
  }
  bool operator==(const OffsetForLeaderEpochRequest&) const = default;
};

}  // namespace millrace::wire
