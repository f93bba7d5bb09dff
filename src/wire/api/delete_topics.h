#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct DeleteTopicsResponse {
  static constexpr Message message{
      .name = "DeleteTopicsResponse", .key = 20, .versions = {1, 6}, .flexible_from = 4};

  struct Result {
    std::optional<std::string> name = "";  ///< null: asked by an id that is unknown
    TopicId topic_id;
    /// UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INVALID_REQUEST (named twice, or by both),
    /// TOPIC_DELETION_DISABLED, REQUEST_TIMED_OUT, NOT_CONTROLLER, THROTTLING_QUOTA_EXCEEDED (v5),
    /// TOPIC_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name, {.nullable_since = 6});
      io.field("topic_id", m.topic_id, {.since = 6});
      io.field("error_code", m.error_code);
      io.field("error_message", m.error_message, {.since = 5});
    }
    bool operator==(const Result&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Result> responses;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("responses", m.responses);
  }
  bool operator==(const DeleteTopicsResponse&) const = default;
};

/// Deletes topics by name, from v6 on also by id (a null name).
struct DeleteTopicsRequest {
  static constexpr Message message{
      .name = "DeleteTopicsRequest", .key = 20, .versions = {1, 6}, .flexible_from = 4};
  using Response = DeleteTopicsResponse;

  struct Topic {
    std::optional<std::string> name;
    TopicId topic_id;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("topic_id", m.topic_id);
    }
    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> topics;
  std::vector<std::string> topic_names;
  int32_t timeout_ms = 0;

  static void walk(auto& io, auto& m) {
    io.field("topics", m.topics, {.since = 6});
    io.field("topic_names", m.topic_names, {.until = 5});
    io.field("timeout_ms", m.timeout_ms);
  }
  bool operator==(const DeleteTopicsRequest&) const = default;
};

}  // namespace millrace::wire
