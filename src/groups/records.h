#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "groups/effects.h"
#include "groups/requests.h"

/// The records of `__consumer_offsets`, as Kafka 4 writes and reads them. Source: Kafka's
/// OffsetCommitKey/Value and GroupMetadataKey/Value.
namespace millrace::groups {

struct CommittedOffset {
  Offset offset;
  LeaderEpoch leader_epoch = no_leader_epoch;
  std::string metadata = {};
  Timestamp committed_at{-1};
  Timestamp expires_at{-1};  ///< −1: by the broker's retention; otherwise an old client's wish

  bool operator==(const CommittedOffset&) const = default;
};

struct StoredMember {
  std::string member_id = {};
  std::optional<std::string> instance_id = {};
  std::string client_id = {};
  std::string client_host = {};
  Milliseconds rebalance_timeout{0};
  Milliseconds session_timeout{0};
  Buffer subscription = {};
  Buffer assignment = {};

  bool operator==(const StoredMember&) const = default;
};

/// A group as of its last completed rebalance; without members it is empty.
struct GroupMetadata {
  std::string protocol_type = {};
  GenerationId generation{0};
  std::optional<std::string> protocol = {};
  std::optional<std::string> leader = {};
  Timestamp state_since{-1};
  std::vector<StoredMember> members = {};

  bool operator==(const GroupMetadata&) const = default;
};

/// What one record says: a group's metadata or one committed offset is now this, or gone.
struct GroupChange {
  std::string group_id = {};
  std::optional<GroupMetadata> value = {};

  bool operator==(const GroupChange&) const = default;
};
struct OffsetChange {
  std::string group_id = {};
  TopicPartition partition;
  std::optional<CommittedOffset> value = {};

  bool operator==(const OffsetChange&) const = default;
};
using Change = std::variant<GroupChange, OffsetChange>;

/// The record that says `change`, for the group's partition among `partitions`. Written at the
/// versions Kafka 4 writes: GroupMetadataValue 3; OffsetCommitValue 3, or 1 with an expiry.
RecordToAppend encode(const Change& change, int32_t partitions);

/// The size that `value` has as a record's value.
size_t encoded_size(const GroupMetadata& value);

/// Reads a record of any version up to 4. Nothing for kinds that are not of the classic protocol
/// (KIP-848 and later). Errors: corrupt, unsupported (a newer value version).
Result<std::optional<Change>> decode(Bytes key, std::optional<Bytes> value);

/// The topics a consumer subscribes to, from the metadata it joined with. Nothing when the bytes
/// are not of the consumer protocol. Source: Kafka's ConsumerProtocolSubscription, all versions.
std::optional<std::vector<std::string>> subscribed_topics(Bytes metadata);

}  // namespace millrace::groups
