#pragma once

#include <cstdint>
#include <limits>

#include "wire/error_code.h"
#include "wire/message.h"

/// What several messages share.
namespace millrace::wire {

/// −1, and its meaning in every message that says "broker": none, or a consumer asks.
inline constexpr BrokerId no_broker{-1};
inline constexpr Timestamp no_timestamp{-1};
inline constexpr Offset no_offset{-1};
inline constexpr ProducerEpoch no_producer_epoch{-1};

/// A set of bits, one for each operation the caller may do; this value when it was not asked for.
inline constexpr int32_t operations_not_requested = std::numeric_limits<int32_t>::min();

enum class IsolationLevel : int8_t { read_uncommitted = 0, read_committed = 1 };

enum class ConfigResourceType : int8_t {
  unknown = 0,
  topic = 2,
  broker = 4,
  broker_logger = 8,
  client_metrics = 16,
  group = 32,
};

/// Where a configuration value comes from (`config_source`, KIP-226).
enum class ConfigSource : int8_t {
  unknown = -1,
  topic_config = 1,
  dynamic_broker_config = 2,
  dynamic_default_broker_config = 3,
  static_broker_config = 4,
  default_config = 5,
  dynamic_broker_logger_config = 6,
  client_metrics_config = 7,
  group_config = 8,
};

/// Who leads now, in an answer of NOT_LEADER_OR_FOLLOWER or FENCED_LEADER_EPOCH (KIP-951).
struct LeaderIdAndEpoch {
  BrokerId leader_id = no_broker;
  LeaderEpoch leader_epoch = no_leader_epoch;
  static void walk(auto& io, auto& m) {
    io.field("leader_id", m.leader_id);
    io.field("leader_epoch", m.leader_epoch);
  }
  bool operator==(const LeaderIdAndEpoch&) const = default;
};

/// Where the brokers named by LeaderIdAndEpoch listen (KIP-951).
struct NodeEndpoint {
  BrokerId node_id;
  std::string host;
  int32_t port = 0;
  std::optional<std::string> rack;
  static void walk(auto& io, auto& m) {
    io.field("node_id", m.node_id);
    io.field("host", m.host);
    io.field("port", m.port);
    io.field("rack", m.rack);
  }
  bool operator==(const NodeEndpoint&) const = default;
};

}  // namespace millrace::wire
