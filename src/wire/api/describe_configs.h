#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct DescribeConfigsResponse {
  static constexpr Message message{
      .name = "DescribeConfigsResponse", .key = 32, .versions = {1, 4}, .flexible_from = 4};

  enum class ConfigType : int8_t {
    unknown = 0,
    boolean = 1,
    string = 2,
    int32 = 3,
    int16 = 4,
    int64 = 5,
    float64 = 6,
    list = 7,
    class_name = 8,
    password = 9,
  };

  /// A value the setting would have if the sources before it did not set it, best first.
  struct Synonym {
    std::string name;
    std::optional<std::string> value = "";
    ConfigSource source{};
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("value", m.value);
      io.field("source", m.source);
    }
    bool operator==(const Synonym&) const = default;
  };
  struct Config {
    std::string name;
    std::optional<std::string> value = "";  ///< null when sensitive
    bool read_only = false;
    ConfigSource config_source = ConfigSource::unknown;
    bool is_sensitive = false;
    std::vector<Synonym> synonyms;
    ConfigType config_type = ConfigType::unknown;
    std::optional<std::string> documentation = "";
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("value", m.value);
      io.field("read_only", m.read_only);
      io.field("config_source", m.config_source);
      io.field("is_sensitive", m.is_sensitive);
      io.field("synonyms", m.synonyms);
      io.field("config_type", m.config_type, {.since = 3});
      io.field("documentation", m.documentation, {.since = 3});
    }
    bool operator==(const Config&) const = default;
  };
  struct Result {
    /// UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION, INVALID_REQUEST (resource type or
    /// name), INVALID_CONFIG, TOPIC_ and CLUSTER_AUTHORIZATION_FAILED
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message = "";
    ConfigResourceType resource_type{};
    std::string resource_name;
    std::vector<Config> configs;
    static void walk(auto& io, auto& m) {
      io.field("error_code", m.error_code);
      io.field("error_message", m.error_message);
      io.field("resource_type", m.resource_type);
      io.field("resource_name", m.resource_name);
      io.field("configs", m.configs);
    }
    bool operator==(const Result&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Result> results;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("results", m.results);
  }
  bool operator==(const DescribeConfigsResponse&) const = default;
};

/// Asks for settings of topics and brokers. v1 has sources and synonyms (KIP-226), v3 types and
/// documentation (KIP-569).
struct DescribeConfigsRequest {
  static constexpr Message message{
      .name = "DescribeConfigsRequest", .key = 32, .versions = {1, 4}, .flexible_from = 4};
  using Response = DescribeConfigsResponse;

  struct Resource {
    ConfigResourceType resource_type{};
    std::string resource_name;  ///< topic name or broker id; empty: the defaults of all brokers
    std::optional<std::vector<std::string>> configuration_keys =
        std::vector<std::string>{};  ///< null: all
    static void walk(auto& io, auto& m) {
      io.field("resource_type", m.resource_type);
      io.field("resource_name", m.resource_name);
      io.field("configuration_keys", m.configuration_keys);
    }
    bool operator==(const Resource&) const = default;
  };

  std::vector<Resource> resources;
  bool include_synonyms = false;
  bool include_documentation = false;

  static void walk(auto& io, auto& m) {
    io.field("resources", m.resources);
    io.field("include_synonyms", m.include_synonyms);
    io.field("include_documentation", m.include_documentation, {.since = 3});
  }
  bool operator==(const DescribeConfigsRequest&) const = default;
};

}  // namespace millrace::wire
