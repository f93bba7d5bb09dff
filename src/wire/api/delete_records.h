#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct DeleteRecordsResponse {
  static constexpr Message message{
      .name = "DeleteRecordsResponse", .key = 21, .versions = {0, 2}, .flexible_from = 2};

  struct Partition {
    PartitionId partition_index;
    Offset low_watermark;  ///< the log's new start; −1 with an error
    /// OFFSET_OUT_OF_RANGE (above the high watermark), POLICY_VIOLATION (compacted only),
    /// UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, REQUEST_TIMED_OUT, KAFKA_STORAGE_ERROR,
    /// TOPIC_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    static void walk(auto& io, auto& m) {
      io.field("partition_index", m.partition_index);
      io.field("low_watermark", m.low_watermark);
      io.field("error_code", m.error_code);
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
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("topics", m.topics);
  }
  bool operator==(const DeleteRecordsResponse&) const = default;
};

/// Drops the head of partitions (KIP-107).
struct DeleteRecordsRequest {
  static constexpr Message message{
      .name = "DeleteRecordsRequest", .key = 21, .versions = {0, 2}, .flexible_from = 2};
  using Response = DeleteRecordsResponse;

  struct Partition {
    PartitionId partition_index;
    Offset offset;  ///< the first to keep; −1: the high watermark
    static void walk(auto& io, auto& m) {
      io.field("partition_index", m.partition_index);
      io.field("offset", m.offset);
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

  std::vector<Topic> topics;
  int32_t timeout_ms = 0;

  static void walk(auto& io, auto& m) {
    io.field("topics", m.topics);
    io.field("timeout_ms", m.timeout_ms);
  }
  bool operator==(const DeleteRecordsRequest&) const = default;
};

}  // namespace millrace::wire
