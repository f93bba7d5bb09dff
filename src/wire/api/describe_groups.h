#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct DescribeGroupsResponse {
  static constexpr Message message{
      .name = "DescribeGroupsResponse", .key = 15, .versions = {0, 6}, .flexible_from = 5};

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;   ///< "/127.0.0.1", as Java writes an address
    Buffer member_metadata;    ///< for the protocol chosen; empty unless the group is stable
    Buffer member_assignment;  ///< empty unless the group is stable
    static void walk(auto& io, auto& m) {
      io.field("member_id", m.member_id);
      io.field("group_instance_id", m.group_instance_id, {.since = 4});
      io.field("client_id", m.client_id);
      io.field("client_host", m.client_host);
      io.field("member_metadata", m.member_metadata);
      io.field("member_assignment", m.member_assignment);
    }
    bool operator==(const Member&) const = default;
  };
  struct Group {
    /// GROUP_ID_NOT_FOUND (v6; before, a group in state Dead without error), INVALID_GROUP_ID,
    /// COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
    /// GROUP_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;  ///< Empty, PreparingRebalance, CompletingRebalance, Stable, Dead
    std::string protocol_type;
    std::string protocol_data;  ///< the protocol chosen
    std::vector<Member> members;
    int32_t authorized_operations = operations_not_requested;
    static void walk(auto& io, auto& m) {
      io.field("error_code", m.error_code);
      io.field("error_message", m.error_message, {.since = 6});
      io.field("group_id", m.group_id);
      io.field("group_state", m.group_state);
      io.field("protocol_type", m.protocol_type);
      io.field("protocol_data", m.protocol_data);
      io.field("members", m.members);
      io.field("authorized_operations", m.authorized_operations, {.since = 3});
    }
    bool operator==(const Group&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Group> groups;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 1});
    io.field("groups", m.groups);
  }
  bool operator==(const DescribeGroupsResponse&) const = default;
};

/// State and members of classic groups.
struct DescribeGroupsRequest {
  static constexpr Message message{
      .name = "DescribeGroupsRequest", .key = 15, .versions = {0, 6}, .flexible_from = 5};
  using Response = DescribeGroupsResponse;

  std::vector<std::string> groups;
  bool include_authorized_operations = false;

  static void walk(auto& io, auto& m) {
    io.field("groups", m.groups);
    io.field("include_authorized_operations", m.include_authorized_operations, {.since = 3});
  }
  bool operator==(const DescribeGroupsRequest&) const = default;
};

}  // namespace millrace::wire
