#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::groups {

/// What the coordinator answers when it refuses. The values are Kafka's error codes on the wire.
enum class ErrorCode : int16_t {
  none = 0,
  unknown_server_error = -1,  ///< the group's record would exceed its limit
  offset_metadata_too_large = 12,
  coordinator_not_available = 15,    ///< the log cannot be written; a retry finds the group again
  illegal_generation = 22,           ///< the group has moved on
  inconsistent_group_protocol = 23,  ///< no assignor that all members know, or another type
  invalid_group_id = 24,
  unknown_member_id = 25,
  invalid_session_timeout = 26,
  rebalance_in_progress = 27,
  invalid_request = 42,
  policy_violation = 44,  ///< the coordinator holds as many groups as it may
  non_empty_group = 68,
  group_id_not_found = 69,
  member_id_required = 79,  ///< join again with the member id in this answer (KIP-394)
  group_max_size_reached = 81,
  fenced_instance_id = 82,  ///< another process uses this group.instance.id
  group_subscribed_to_topic = 86,
};

/// Kafka's name, e.g. "UNKNOWN_MEMBER_ID".
std::string_view name_of(ErrorCode error);

}  // namespace millrace::groups
