#pragma once

#include "wire/types.h"

namespace millrace::wire {

enum class CoordinatorType : int8_t { group = 0, transaction = 1, share = 2 };

/// v0–3 answer one key in the message's own fields, v4 on any number in `coordinators` (KIP-699).
/// Handlers fill `coordinators` only, and move the first out for an old version.
struct FindCoordinatorResponse {
  static constexpr Message message{
      .name = "FindCoordinatorResponse", .key = 10, .versions = {0, 6}, .flexible_from = 3};

  struct Coordinator {
    std::string key;
    BrokerId node_id;
    std::string host;
    int32_t port = 0;
    /// INVALID_REQUEST (unknown key type), COORDINATOR_NOT_AVAILABLE, INVALID_GROUP_ID,
    /// GROUP_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message = "";
    static void walk(auto& io, auto& m) {
      io.field("key", m.key);
      io.field("node_id", m.node_id);
      io.field("host", m.host);
      io.field("port", m.port);
      io.field("error_code", m.error_code);
      io.field("error_message", m.error_message);
    }
    bool operator==(const Coordinator&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message = "";
  BrokerId node_id;
  std::string host;
  int32_t port = 0;
  std::vector<Coordinator> coordinators;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 1});
    io.field("error_code", m.error_code, {.until = 3});
    io.field("error_message", m.error_message, {.since = 1, .until = 3});
    io.field("node_id", m.node_id, {.until = 3});
    io.field("host", m.host, {.until = 3});
    io.field("port", m.port, {.until = 3});
    io.field("coordinators", m.coordinators, {.since = 4});
  }
  bool operator==(const FindCoordinatorResponse&) const = default;
};

/// Which broker coordinates these groups, transactional ids (v1) or share partitions (v6).
struct FindCoordinatorRequest {
  static constexpr Message message{
      .name = "FindCoordinatorRequest", .key = 10, .versions = {0, 6}, .flexible_from = 3};
  using Response = FindCoordinatorResponse;

  std::string key;
  CoordinatorType key_type = CoordinatorType::group;
  std::vector<std::string> coordinator_keys;

  static void walk(auto& io, auto& m) {
    io.field("key", m.key, {.until = 3});
    io.field("key_type", m.key_type, {.since = 1});
    io.field("coordinator_keys", m.coordinator_keys, {.since = 4});
  }
  bool operator==(const FindCoordinatorRequest&) const = default;
};

}  // namespace millrace::wire
