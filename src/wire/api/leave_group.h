#pragma once

#include "wire/types.h"

namespace millrace::wire {

/// v0–2 answer one member with the message's own error, v3 each member with one of its own.
struct LeaveGroupResponse {
  static constexpr Message message{
      .name = "LeaveGroupResponse", .key = 13, .versions = {0, 5}, .flexible_from = 4};

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id = "";
    ErrorCode error_code = ErrorCode::none;  ///< UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID
    static void walk(auto& io, auto& m) {
      io.field("member_id", m.member_id);
      io.field("group_instance_id", m.group_instance_id);
      io.field("error_code", m.error_code);
    }
    bool operator==(const Member&) const = default;
  };

  int32_t throttle_time_ms = 0;
  /// NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, INVALID_GROUP_ID, GROUP_AUTHORIZATION_FAILED;
  /// before v3 also the member's error
  ErrorCode error_code = ErrorCode::none;
  std::vector<Member> members;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 1});
    io.field("error_code", m.error_code);
    io.field("members", m.members, {.since = 3});
  }
  bool operator==(const LeaveGroupResponse&) const = default;
};

/// Members leave at once instead of by time-out. v3 takes several, so that an admin can remove
/// static members by instance id (KIP-345); v5 says why (KIP-800).
struct LeaveGroupRequest {
  static constexpr Message message{
      .name = "LeaveGroupRequest", .key = 13, .versions = {0, 5}, .flexible_from = 4};
  using Response = LeaveGroupResponse;

  struct Member {
    std::string member_id;  ///< empty when named by instance id
    std::optional<std::string> group_instance_id;
    std::optional<std::string> reason;
    static void walk(auto& io, auto& m) {
      io.field("member_id", m.member_id);
      io.field("group_instance_id", m.group_instance_id);
      io.field("reason", m.reason, {.since = 5});
    }
    bool operator==(const Member&) const = default;
  };

  std::string group_id;
  std::string member_id;
  std::vector<Member> members;

  static void walk(auto& io, auto& m) {
    io.field("group_id", m.group_id);
    io.field("member_id", m.member_id, {.until = 2});
    io.field("members", m.members, {.since = 3});
  }
  bool operator==(const LeaveGroupRequest&) const = default;
};

}  // namespace millrace::wire
