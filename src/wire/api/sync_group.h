#pragma once

#include "wire/types.h"

namespace millrace::wire {

/// What the leader assigned to this member.
struct SyncGroupResponse {
  static constexpr Message message{
      .name = "SyncGroupResponse", .key = 14, .versions = {0, 5}, .flexible_from = 4};

  int32_t throttle_time_ms = 0;
  /// UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, INCONSISTENT_GROUP_PROTOCOL,
  /// FENCED_INSTANCE_ID, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
  /// GROUP_AUTHORIZATION_FAILED
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  Buffer assignment;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 1});
    io.field("error_code", m.error_code);
    io.field("protocol_type", m.protocol_type, {.since = 5});
    io.field("protocol_name", m.protocol_name, {.since = 5});
    io.field("assignment", m.assignment);
  }
  bool operator==(const SyncGroupResponse&) const = default;
};

/// Asks for the member's assignment; the leader brings everybody's. v5 names the protocol, so that
/// a member of another generation is found out (KIP-559).
struct SyncGroupRequest {
  static constexpr Message message{
      .name = "SyncGroupRequest", .key = 14, .versions = {0, 5}, .flexible_from = 4};
  using Response = SyncGroupResponse;

  struct Assignment {
    std::string member_id;
    Buffer assignment;
    static void walk(auto& io, auto& m) {
      io.field("member_id", m.member_id);
      io.field("assignment", m.assignment);
    }
    bool operator==(const Assignment&) const = default;
  };

  std::string group_id;
  GenerationId generation_id;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::vector<Assignment> assignments;

  static void walk(auto& io, auto& m) {
    io.field("group_id", m.group_id);
    io.field("generation_id", m.generation_id);
    io.field("member_id", m.member_id);
    io.field("group_instance_id", m.group_instance_id, {.since = 3});
    io.field("protocol_type", m.protocol_type, {.since = 5});
    io.field("protocol_name", m.protocol_name, {.since = 5});
    io.field("assignments", m.assignments);
  }
  bool operator==(const SyncGroupRequest&) const = default;
};

}  // namespace millrace::wire
