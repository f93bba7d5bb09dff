#pragma once

#include "wire/types.h"

namespace millrace::wire {

/// Sent when the generation is complete, to every member at once; the leader alone gets `members`.
struct JoinGroupResponse {
  static constexpr Message message{
      .name = "JoinGroupResponse", .key = 11, .versions = {0, 9}, .flexible_from = 6};

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    Buffer metadata;
    static void walk(auto& io, auto& m) {
      io.field("member_id", m.member_id);
      io.field("group_instance_id", m.group_instance_id, {.since = 5});
      io.field("metadata", m.metadata);
    }
    bool operator==(const Member&) const = default;
  };

  int32_t throttle_time_ms = 0;
  /// MEMBER_ID_REQUIRED (v4 on: join again with the id given here, KIP-394), UNKNOWN_MEMBER_ID,
  /// INCONSISTENT_GROUP_PROTOCOL, INVALID_SESSION_TIMEOUT, INVALID_GROUP_ID, FENCED_INSTANCE_ID,
  /// GROUP_MAX_SIZE_REACHED, REBALANCE_IN_PROGRESS, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR,
  /// COORDINATOR_NOT_AVAILABLE, GROUP_AUTHORIZATION_FAILED
  ErrorCode error_code = ErrorCode::none;
  GenerationId generation_id{-1};
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name = "";
  std::string leader;
  bool skip_assignment = false;  ///< a returning static leader need not assign again (KIP-814)
  std::string member_id;
  std::vector<Member> members;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 2});
    io.field("error_code", m.error_code);
    io.field("generation_id", m.generation_id);
    io.field("protocol_type", m.protocol_type, {.since = 7});
    io.field("protocol_name", m.protocol_name, {.nullable_since = 7});
    io.field("leader", m.leader);
    io.field("skip_assignment", m.skip_assignment, {.since = 9});
    io.field("member_id", m.member_id);
    io.field("members", m.members);
  }
  bool operator==(const JoinGroupResponse&) const = default;
};

/// Enters a group or its next generation. v1 separates the rebalance time-out from the session's
/// (KIP-62), v5 has static members (KIP-345), v8 says why (KIP-800).
struct JoinGroupRequest {
  static constexpr Message message{
      .name = "JoinGroupRequest", .key = 11, .versions = {0, 9}, .flexible_from = 6};
  using Response = JoinGroupResponse;

  /// An assignment strategy the member can do, best first, with what it subscribes to.
  struct Protocol {
    std::string name;
    Buffer metadata;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("metadata", m.metadata);
    }
    bool operator==(const Protocol&) const = default;
  };

  std::string group_id;
  int32_t session_timeout_ms = 0;
  int32_t rebalance_timeout_ms = -1;  ///< −1 (v0): the session time-out stands for it
  std::string member_id;              ///< empty at the first join
  std::optional<std::string> group_instance_id;
  std::string protocol_type;
  std::vector<Protocol> protocols;
  std::optional<std::string> reason;

  static void walk(auto& io, auto& m) {
    io.field("group_id", m.group_id);
    io.field("session_timeout_ms", m.session_timeout_ms);
    io.field("rebalance_timeout_ms", m.rebalance_timeout_ms, {.since = 1});
    io.field("member_id", m.member_id);
    io.field("group_instance_id", m.group_instance_id, {.since = 5});
    io.field("protocol_type", m.protocol_type);
    io.field("protocols", m.protocols);
    io.field("reason", m.reason, {.since = 8});
  }
  bool operator==(const JoinGroupRequest&) const = default;
};

}  // namespace millrace::wire
