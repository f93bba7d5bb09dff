#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct DeleteGroupsResponse {
  static constexpr Message message{
      .name = "DeleteGroupsResponse", .key = 42, .versions = {0, 2}, .flexible_from = 2};

  struct Result {
    std::string group_id;
    /// NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND, INVALID_GROUP_ID, COORDINATOR_LOAD_IN_PROGRESS,
    /// NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, GROUP_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    static void walk(auto& io, auto& m) {
      io.field("group_id", m.group_id);
      io.field("error_code", m.error_code);
    }
    bool operator==(const Result&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Result> results;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("results", m.results);
  }
  bool operator==(const DeleteGroupsResponse&) const = default;
};

/// Deletes groups without members, and their offsets.
struct DeleteGroupsRequest {
  static constexpr Message message{
      .name = "DeleteGroupsRequest", .key = 42, .versions = {0, 2}, .flexible_from = 2};
  using Response = DeleteGroupsResponse;

  std::vector<std::string> groups_names;

  static void walk(auto& io, auto& m) { io.field("groups_names", m.groups_names); }
  bool operator==(const DeleteGroupsRequest&) const = default;
};

}  // namespace millrace::wire
