#pragma once

#include "wire/types.h"

namespace millrace::wire {

/// v1–7 answer one group in the message's own fields, v8 any number in `groups` (KIP-709).
struct OffsetFetchResponse {
  static constexpr Message message{
      .name = "OffsetFetchResponse", .key = 9, .versions = {1, 10}, .flexible_from = 6};

  struct Partition {
    PartitionId partition_index;
    Offset committed_offset;  ///< −1: nothing was committed
    LeaderEpoch committed_leader_epoch = no_leader_epoch;
    std::optional<std::string> metadata = "";
    /// UNSTABLE_OFFSET_COMMIT (a transaction is open and require_stable was set),
    /// UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID (v10), TOPIC_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    static void walk(auto& io, auto& m) {
      io.field("partition_index", m.partition_index);
      io.field("committed_offset", m.committed_offset);
      io.field("committed_leader_epoch", m.committed_leader_epoch, {.since = 5});
      io.field("metadata", m.metadata);
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
  struct Group {
    std::string group_id;
    std::vector<Topic> topics;
    /// COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, INVALID_GROUP_ID,
    /// UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH (v9), GROUP_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    static void walk(auto& io, auto& m) {
      io.field("group_id", m.group_id);
      io.field("topics", m.topics);
      io.field("error_code", m.error_code);
    }
    bool operator==(const Group&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  ErrorCode error_code = ErrorCode::none;  ///< as Group::error_code; v1 has it per partition only
  std::vector<Group> groups;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 3});
    io.field("topics", m.topics, {.until = 7});
    io.field("error_code", m.error_code, {.since = 2, .until = 7});
    io.field("groups", m.groups, {.since = 8});
  }
  bool operator==(const OffsetFetchResponse&) const = default;
};

/// Asks where groups stand: in the partitions named, or in all (topics null, v2 on). v7 can wait
/// for open transactions (KIP-447), v9 has member epochs (KIP-848), v10 topic ids.
struct OffsetFetchRequest {
  static constexpr Message message{
      .name = "OffsetFetchRequest", .key = 9, .versions = {1, 10}, .flexible_from = 6};
  using Response = OffsetFetchResponse;

  struct Topic {
    std::string name;
    TopicId topic_id;
    std::vector<PartitionId> partition_indexes;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name, {.until = 9});
      io.field("topic_id", m.topic_id, {.since = 10});
      io.field("partition_indexes", m.partition_indexes);
    }
    bool operator==(const Topic&) const = default;
  };
  struct Group {
    std::string group_id;
    std::optional<std::string> member_id;
    int32_t member_epoch = -1;
    std::optional<std::vector<Topic>> topics = std::vector<Topic>{};
    static void walk(auto& io, auto& m) {
      io.field("group_id", m.group_id);
      io.field("member_id", m.member_id, {.since = 9});
      io.field("member_epoch", m.member_epoch, {.since = 9});
      io.field("topics", m.topics);
    }
    bool operator==(const Group&) const = default;
  };

  std::string group_id;
  std::optional<std::vector<Topic>> topics = std::vector<Topic>{};
  std::vector<Group> groups;
  bool require_stable = false;

  static void walk(auto& io, auto& m) {
    io.field("group_id", m.group_id, {.until = 7});
    io.field("topics", m.topics, {.until = 7, .nullable_since = 2});
    io.field("groups", m.groups, {.since = 8});
    io.field("require_stable", m.require_stable, {.since = 7});
  }
  bool operator==(const OffsetFetchRequest&) const = default;
};

}  // namespace millrace::wire
