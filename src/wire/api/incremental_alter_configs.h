#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct IncrementalAlterConfigsResponse {
  static constexpr Message message{
      .name = "IncrementalAlterConfigsResponse", .key = 44, .versions = {0, 1}, .flexible_from = 1};

  struct Resource {
    /// INVALID_CONFIG, INVALID_REQUEST (a key twice, a resource that does not exist),
    /// UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION, POLICY_VIOLATION, NOT_CONTROLLER,
    /// TOPIC_ and CLUSTER_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message = "";
    ConfigResourceType resource_type{};
    std::string resource_name;
    static void walk(auto& io, auto& m) {
      io.field("error_code", m.error_code);
      io.field("error_message", m.error_message);
      io.field("resource_type", m.resource_type);
      io.field("resource_name", m.resource_name);
    }
    bool operator==(const Resource&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Resource> responses;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("responses", m.responses);
  }
  bool operator==(const IncrementalAlterConfigsResponse&) const = default;
};

/// Changes single settings and leaves the others (KIP-339).
struct IncrementalAlterConfigsRequest {
  static constexpr Message message{
      .name = "IncrementalAlterConfigsRequest", .key = 44, .versions = {0, 1}, .flexible_from = 1};
  using Response = IncrementalAlterConfigsResponse;

  /// The last two are for settings that are lists.
  enum class Operation : int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

  struct Config {
    std::string name;
    Operation config_operation = Operation::set;
    std::optional<std::string> value = "";  ///< null to remove
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("config_operation", m.config_operation);
      io.field("value", m.value);
    }
    bool operator==(const Config&) const = default;
  };
  struct Resource {
    ConfigResourceType resource_type{};
    std::string resource_name;
    std::vector<Config> configs;
    static void walk(auto& io, auto& m) {
      io.field("resource_type", m.resource_type);
      io.field("resource_name", m.resource_name);
      io.field("configs", m.configs);
    }
    bool operator==(const Resource&) const = default;
  };

  std::vector<Resource> resources;
  bool validate_only = false;

  static void walk(auto& io, auto& m) {
    io.field("resources", m.resources);
    io.field("validate_only", m.validate_only);
  }
  bool operator==(const IncrementalAlterConfigsRequest&) const = default;
};

}  // namespace millrace::wire
