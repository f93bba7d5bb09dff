#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct DescribeLogDirsResponse {
  static constexpr Message message{
      .name = "DescribeLogDirsResponse", .key = 35, .versions = {1, 5}, .flexible_from = 2};

  struct Partition {
    PartitionId partition_index;
    int64_t partition_size = 0;  ///< bytes of all its segments
    int64_t offset_lag = 0;
    bool is_future_key = false;  ///< being moved to this directory
    static void walk(auto& io, auto& m) {
      io.field("partition_index", m.partition_index);
      io.field("partition_size", m.partition_size);
      io.field("offset_lag", m.offset_lag);
      io.field("is_future_key", m.is_future_key);
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
  struct Result {
    ErrorCode error_code = ErrorCode::none;  ///< KAFKA_STORAGE_ERROR: the directory is offline
    std::string log_dir;                     ///< absolute path
    std::vector<Topic> topics;
    int64_t total_bytes = -1;  ///< of the volume (KIP-827)
    int64_t usable_bytes = -1;
    bool is_cordoned = false;
    static void walk(auto& io, auto& m) {
      io.field("error_code", m.error_code);
      io.field("log_dir", m.log_dir);
      io.field("topics", m.topics);
      io.field("total_bytes", m.total_bytes, {.since = 4});
      io.field("usable_bytes", m.usable_bytes, {.since = 4});
      io.field("is_cordoned", m.is_cordoned, {.since = 5});
    }
    bool operator==(const Result&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;  ///< CLUSTER_AUTHORIZATION_FAILED
  std::vector<Result> results;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("error_code", m.error_code, {.since = 3});
    io.field("results", m.results);
  }
  bool operator==(const DescribeLogDirsResponse&) const = default;
};

/// Which partitions lie in which directory, and how large they are (KIP-113). Null: all.
struct DescribeLogDirsRequest {
  static constexpr Message message{
      .name = "DescribeLogDirsRequest", .key = 35, .versions = {1, 5}, .flexible_from = 2};
  using Response = DescribeLogDirsResponse;

  struct Topic {
    std::string topic;
    std::vector<PartitionId> partitions;
    static void walk(auto& io, auto& m) {
      io.field("topic", m.topic);
      io.field("partitions", m.partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  std::optional<std::vector<Topic>> topics = std::vector<Topic>{};

  static void walk(auto& io, auto& m) { io.field("topics", m.topics); }
  bool operator==(const DescribeLogDirsRequest&) const = default;
};

}  // namespace millrace::wire
