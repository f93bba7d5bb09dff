#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "millrace/record.h"

namespace millrace {

struct AdminOptions {
  std::string bootstrap = "localhost:9092";  ///< host:port, comma separated
  std::string client_id = "millrace";
  Milliseconds timeout{10'000};  ///< of each call
  Properties props{};            ///< any librdkafka property; wins over the options above
  Logger logger{};
};

struct NewTopic {
  std::string name{};
  int32_t partitions = -1;  ///< −1: the broker's num.partitions
  int32_t replicas = -1;    ///< −1: the broker's default.replication.factor
  Properties configs{};     ///< "retention.ms", "60000"
};

struct TopicDescription {
  std::string name{};
  std::vector<PartitionId> partitions{};
  bool internal = false;  ///< kept by the broker for itself, e.g. __consumer_offsets
};

/// From the oldest record that is kept to the next one to arrive.
struct OffsetRange {
  Offset start;  ///< inclusive
  Offset end;    ///< exclusive: the high watermark
};

struct ConfigEntry {
  std::string name;
  std::string value;  ///< empty for secrets
  bool is_default = true;
};

struct BrokerDescription {
  BrokerId id;
  std::string host;
  uint16_t port = 0;
};

struct ClusterDescription {
  std::string id;
  BrokerId controller{-1};  ///< −1 = none right now
  std::vector<BrokerDescription> brokers;
};

struct GroupListing {
  std::string name;
  std::string state;  ///< Kafka's words: "Stable", "Empty", …
};

struct GroupMember {
  std::string id;
  std::string client_id;
  std::string host;
  std::vector<TopicPartition> assigned;
};

struct GroupDescription {
  std::string name;
  std::string state;
  std::string assignor;  ///< empty while there are no members
  std::vector<GroupMember> members;
};

/// Where a group is in a partition, and how far that is from its end.
struct GroupOffset {
  TopicPartition partition;
  Offset committed;  ///< the next record the group will read
  Offset end;        ///< the partition's high watermark
  int64_t lag = 0;   ///< records between the two
};

/// Topics and groups of a cluster. Every call waits for the answer, at most `timeout`. Errors of
/// all: unavailable when no broker answers, timed_out; permission_denied; others as they say.
/// For one thread at a time.
class Admin {
 public:
  /// Checks the options; does not wait for a broker. Errors: invalid_argument.
  static Result<Admin> open(AdminOptions options);
  ~Admin();
  Admin(Admin&&) noexcept;
  Admin& operator=(Admin&&) noexcept;

  /// Returns once a broker has answered. A refused connection is told at once, not after the
  /// timeout. Errors: unavailable.
  Result<void> connect();
  /// All topics by name, internal ones too.
  Result<std::vector<TopicDescription>> topics();
  /// Never creates it. Errors: not_found, with the nearest name.
  Result<TopicDescription> topic(const std::string& name);
  /// Durable when this returns. Errors: already_exists, invalid_argument.
  Result<void> create_topic(const NewTopic& topic);
  /// Errors: not_found.
  Result<void> delete_topic(const std::string& name);
  /// Grows a topic to `total` partitions. Errors: not_found; invalid_argument for fewer than now.
  Result<void> create_partitions(const std::string& name, int32_t total);
  /// A topic's settings by name, defaults too. Errors: not_found.
  Result<std::vector<ConfigEntry>> topic_configs(const std::string& name);
  Result<std::vector<ConfigEntry>> broker_configs(BrokerId broker);
  /// Errors: not_found.
  Result<OffsetRange> offsets(const TopicPartition& partition);
  /// The first offset whose record is not older than `from`; nothing when there is none.
  Result<std::optional<Offset>> offset_at(const TopicPartition& partition, Timestamp from);

  /// All consumer groups by name.
  Result<std::vector<GroupListing>> groups();
  /// A group nobody knows is "Dead" and empty, as in Kafka.
  Result<GroupDescription> group(const std::string& name);
  /// What the group has committed, by topic and partition.
  Result<std::vector<TopicPartitionOffset>> committed(const std::string& group);
  /// The same with each partition's end and the lag.
  Result<std::vector<GroupOffset>> lag(const std::string& group);
  /// Errors: not_found; busy while it has members.
  Result<void> delete_group(const std::string& name);

  Result<ClusterDescription> cluster();

 private:
  class Impl;
  explicit Admin(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace
