#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct ListOffsetsResponse {
  static constexpr Message message{
      .name = "ListOffsetsResponse", .key = 2, .versions = {1, 11}, .flexible_from = 6};

  struct Partition {
    PartitionId partition_index;
    /// UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH,
    /// UNKNOWN_LEADER_EPOCH, UNSUPPORTED_FOR_MESSAGE_FORMAT, KAFKA_STORAGE_ERROR
    ErrorCode error_code = ErrorCode::none;
    Timestamp timestamp = no_timestamp;  ///< of the record found; −1 for earliest and latest
    Offset offset = no_offset;           ///< −1: no record is that young
    LeaderEpoch leader_epoch = no_leader_epoch;
    static void walk(auto& io, auto& m) {
      io.field("partition_index", m.partition_index);
      io.field("error_code", m.error_code);
      io.field("timestamp", m.timestamp);
      io.field("offset", m.offset);
      io.field("leader_epoch", m.leader_epoch, {.since = 4});
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("partitions", m.partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 2});
    io.field("topics", m.topics);
  }
  bool operator==(const ListOffsetsResponse&) const = default;
};

/// Asks for the first offset whose record is not older than a timestamp, or for a special place:
struct ListOffsetsRequest {
  static constexpr Message message{
      .name = "ListOffsetsRequest", .key = 2, .versions = {1, 11}, .flexible_from = 6};
  using Response = ListOffsetsResponse;

  static constexpr Timestamp latest{-1};          ///< the end a reader of this isolation sees
  static constexpr Timestamp earliest{-2};        ///< the log start
  static constexpr Timestamp max_timestamp{-3};   ///< the record with the greatest; v7, KIP-734
  static constexpr Timestamp earliest_local{-4};  ///< the first not in tiered storage; v8, KIP-405
  static constexpr Timestamp latest_tiered{-5};   ///< the last in tiered storage; v9, KIP-1005
  static constexpr Timestamp earliest_pending_upload{-6};  ///< v11, KIP-1023

  struct Partition {
    PartitionId partition_index;
    LeaderEpoch current_leader_epoch = no_leader_epoch;
    Timestamp timestamp;
    static void walk(auto& io, auto& m) {
      io.field("partition_index", m.partition_index);
      io.field("current_leader_epoch", m.current_leader_epoch, {.since = 4});
      io.field("timestamp", m.timestamp);
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("partitions", m.partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  BrokerId replica_id;
  IsolationLevel isolation_level = IsolationLevel::read_uncommitted;
  std::vector<Topic> topics;
  int32_t timeout_ms = 0;  ///< how long a read of tiered storage may take; KIP-1075

  static void walk(auto& io, auto& m) {
    io.field("replica_id", m.replica_id);
    io.field("isolation_level", m.isolation_level, {.since = 2});
    io.field("topics", m.topics);
    io.field("timeout_ms", m.timeout_ms, {.since = 10});
  }
  bool operator==(const ListOffsetsRequest&) const = default;
};

}  // namespace millrace::wire
