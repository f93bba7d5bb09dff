#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct ListGroupsResponse {
  static constexpr Message message{
      .name = "ListGroupsResponse", .key = 16, .versions = {0, 5}, .flexible_from = 3};

  struct Group {
    std::string group_id;
    std::string protocol_type;
    std::string group_state;
    std::string group_type;  ///< "classic", "consumer", "share" …
    static void walk(auto& io, auto& m) {
      io.field("group_id", m.group_id);
      io.field("protocol_type", m.protocol_type);
      io.field("group_state", m.group_state, {.since = 4});
      io.field("group_type", m.group_type, {.since = 5});
    }
    bool operator==(const Group&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code =
      ErrorCode::none;  ///< COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE
  std::vector<Group> groups;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 1});
    io.field("error_code", m.error_code);
    io.field("groups", m.groups);
  }
  bool operator==(const ListGroupsResponse&) const = default;
};

/// The groups this broker coordinates, in the states (v4, KIP-518) and of the types (v5, KIP-848)
/// asked for; an empty filter takes all. Both compare without case.
struct ListGroupsRequest {
  static constexpr Message message{
      .name = "ListGroupsRequest", .key = 16, .versions = {0, 5}, .flexible_from = 3};
  using Response = ListGroupsResponse;

  std::vector<std::string> states_filter;
  std::vector<std::string> types_filter;

  static void walk(auto& io, auto& m) {
    io.field("states_filter", m.states_filter, {.since = 4});
    io.field("types_filter", m.types_filter, {.since = 5});
  }
  bool operator==(const ListGroupsRequest&) const = default;
};

}  // namespace millrace::wire
