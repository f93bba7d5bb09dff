#pragma once

#include "wire/types.h"

namespace millrace::wire {

enum class EndpointType : int8_t { unknown = 0, broker = 1, controller = 2 };

struct DescribeClusterResponse {
  static constexpr Message message{
      .name = "DescribeClusterResponse", .key = 60, .versions = {0, 2}, .flexible_from = 0};

  struct Broker {
    BrokerId broker_id;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
    bool is_fenced = false;
    static void walk(auto& io, auto& m) {
      io.field("broker_id", m.broker_id);
      io.field("host", m.host);
      io.field("port", m.port);
      io.field("rack", m.rack);
      io.field("is_fenced", m.is_fenced, {.since = 2});
    }
    bool operator==(const Broker&) const = default;
  };

  int32_t throttle_time_ms = 0;
  /// MISMATCHED_ENDPOINT_TYPE, UNSUPPORTED_ENDPOINT_TYPE (v1), CLUSTER_AUTHORIZATION_FAILED
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  EndpointType endpoint_type = EndpointType::broker;
  std::string cluster_id;
  BrokerId controller_id = no_broker;
  std::vector<Broker> brokers;
  int32_t cluster_authorized_operations = operations_not_requested;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("error_code", m.error_code);
    io.field("error_message", m.error_message);
    io.field("endpoint_type", m.endpoint_type, {.since = 1});
    io.field("cluster_id", m.cluster_id);
    io.field("controller_id", m.controller_id);
    io.field("brokers", m.brokers);
    io.field("cluster_authorized_operations", m.cluster_authorized_operations);
  }
  bool operator==(const DescribeClusterResponse&) const = default;
};

/// The brokers and who controls them, for admin tools (KIP-700). v1 can ask controllers (KIP-919),
/// v2 for fenced brokers (KIP-1073).
struct DescribeClusterRequest {
  static constexpr Message message{
      .name = "DescribeClusterRequest", .key = 60, .versions = {0, 2}, .flexible_from = 0};
  using Response = DescribeClusterResponse;

  bool include_cluster_authorized_operations = false;
  EndpointType endpoint_type = EndpointType::broker;
  bool include_fenced_brokers = false;

  static void walk(auto& io, auto& m) {
    io.field("include_cluster_authorized_operations", m.include_cluster_authorized_operations);
    io.field("endpoint_type", m.endpoint_type, {.since = 1});
    io.field("include_fenced_brokers", m.include_fenced_brokers, {.since = 2});
  }
  bool operator==(const DescribeClusterRequest&) const = default;
};

}  // namespace millrace::wire
