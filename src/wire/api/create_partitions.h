#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct CreatePartitionsResponse {
  static constexpr Message message{
      .name = "CreatePartitionsResponse", .key = 37, .versions = {0, 3}, .flexible_from = 2};

  struct Topic {
    std::string name;
    /// UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS (not more than there are),
    /// INVALID_REPLICA_ASSIGNMENT, INVALID_REQUEST (named twice), REASSIGNMENT_IN_PROGRESS,
    /// REQUEST_TIMED_OUT, NOT_CONTROLLER, THROTTLING_QUOTA_EXCEEDED (v3),
    /// TOPIC_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("error_code", m.error_code);
      io.field("error_message", m.error_message);
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> results;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("results", m.results);
  }
  bool operator==(const CreatePartitionsResponse&) const = default;
};

/// Grows topics to `count` partitions in all (KIP-195).
struct CreatePartitionsRequest {
  static constexpr Message message{
      .name = "CreatePartitionsRequest", .key = 37, .versions = {0, 3}, .flexible_from = 2};
  using Response = CreatePartitionsResponse;

  struct Assignment {
    std::vector<BrokerId> broker_ids;
    static void walk(auto& io, auto& m) { io.field("broker_ids", m.broker_ids); }
    bool operator==(const Assignment&) const = default;
  };
  struct Topic {
    std::string name;
    int32_t count = 0;
    std::optional<std::vector<Assignment>> assignments =
        std::vector<Assignment>{};  ///< of the new ones; null: the broker chooses
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("count", m.count);
      io.field("assignments", m.assignments);
    }
    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> topics;
  int32_t timeout_ms = 0;
  bool validate_only = false;

  static void walk(auto& io, auto& m) {
    io.field("topics", m.topics);
    io.field("timeout_ms", m.timeout_ms);
    io.field("validate_only", m.validate_only);
  }
  bool operator==(const CreatePartitionsRequest&) const = default;
};

}  // namespace millrace::wire
