#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct HeartbeatResponse {
  static constexpr Message message{
      .name = "HeartbeatResponse", .key = 12, .versions = {0, 4}, .flexible_from = 4};

  int32_t throttle_time_ms = 0;
  /// REBALANCE_IN_PROGRESS (join again), UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID,
  /// NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, GROUP_AUTHORIZATION_FAILED
  ErrorCode error_code = ErrorCode::none;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 1});
    io.field("error_code", m.error_code);
  }
  bool operator==(const HeartbeatResponse&) const = default;
};

/// A member says it is alive; the answer tells whether it must join again. v3 has static members
/// (KIP-345).
struct HeartbeatRequest {
  static constexpr Message message{
      .name = "HeartbeatRequest", .key = 12, .versions = {0, 4}, .flexible_from = 4};
  using Response = HeartbeatResponse;

  std::string group_id;
  GenerationId generation_id;
  std::string member_id;
  std::optional<std::string> group_instance_id;

  static void walk(auto& io, auto& m) {
    io.field("group_id", m.group_id);
    io.field("generation_id", m.generation_id);
    io.field("member_id", m.member_id);
    io.field("group_instance_id", m.group_instance_id, {.since = 3});
  }
  bool operator==(const HeartbeatRequest&) const = default;
};

}  // namespace millrace::wire
