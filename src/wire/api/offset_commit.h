#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct OffsetCommitResponse {
  static constexpr Message message{
      .name = "OffsetCommitResponse", .key = 8, .versions = {2, 10}, .flexible_from = 8};

  struct Partition {
    PartitionId partition_index;
    /// UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, FENCED_INSTANCE_ID,
    /// STALE_MEMBER_EPOCH (v9), OFFSET_METADATA_TOO_LARGE, INVALID_COMMIT_OFFSET_SIZE,
    /// UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID (v10), INVALID_GROUP_ID, GROUP_ID_NOT_FOUND
    /// (v9), COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
    /// GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    static void walk(auto& io, auto& m) {
      io.field("partition_index", m.partition_index);
      io.field("error_code", m.error_code);
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    std::string name;
    TopicId topic_id;
    std::vector<Partition> partitions;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name, {.until = 9});
      io.field("topic_id", m.topic_id, {.since = 10});
      io.field("partitions", m.partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 3});
    io.field("topics", m.topics);
  }
  bool operator==(const OffsetCommitResponse&) const = default;
};

/// Stores how far a group has come. Without a generation (−1) and a member it is a commit by an
/// admin or a consumer that assigns itself. v6 has leader epochs (KIP-320), v7 static members
/// (KIP-345), v9 the member epochs of KIP-848, v10 topic ids.
struct OffsetCommitRequest {
  static constexpr Message message{
      .name = "OffsetCommitRequest", .key = 8, .versions = {2, 10}, .flexible_from = 8};
  using Response = OffsetCommitResponse;

  struct Partition {
    PartitionId partition_index;
    Offset committed_offset;  ///< of the next record to read
    LeaderEpoch committed_leader_epoch = no_leader_epoch;
    std::optional<std::string> committed_metadata = "";
    static void walk(auto& io, auto& m) {
      io.field("partition_index", m.partition_index);
      io.field("committed_offset", m.committed_offset);
      io.field("committed_leader_epoch", m.committed_leader_epoch, {.since = 6});
      io.field("committed_metadata", m.committed_metadata);
    }
    bool operator==(const Partition&) const = default;
  };
  struct Topic {
    std::string name;
    TopicId topic_id;
    std::vector<Partition> partitions;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name, {.until = 9});
      io.field("topic_id", m.topic_id, {.since = 10});
      io.field("partitions", m.partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  std::string group_id;
  GenerationId generation_id_or_member_epoch{-1};
  std::string member_id;
  std::optional<std::string> group_instance_id;
  int64_t retention_time_ms = -1;  ///< v2–4; −1 = the broker's own retention
  std::vector<Topic> topics;

  static void walk(auto& io, auto& m) {
    io.field("group_id", m.group_id);
    io.field("generation_id_or_member_epoch", m.generation_id_or_member_epoch);
    io.field("member_id", m.member_id);
    io.field("group_instance_id", m.group_instance_id, {.since = 7});
    io.field("retention_time_ms", m.retention_time_ms, {.since = 2, .until = 4});
    io.field("topics", m.topics);
  }
  bool operator==(const OffsetCommitRequest&) const = default;
};

}  // namespace millrace::wire
