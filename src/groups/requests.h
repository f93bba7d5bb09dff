#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"

/// What a group is asked, free of wire versions: the broker's handlers normalise every version to
/// these and the answers in effects.h back.
namespace millrace::groups {

/// One way to divide partitions that a member offers; `metadata` (topics, owned partitions …) is
/// the client's business and is never looked into, with one exception: see subscribed_topics().
struct Protocol {
  std::string name = {};
  Buffer metadata = {};

  bool operator==(const Protocol&) const = default;
};

struct JoinRequest {
  std::string group_id = {};
  std::string member_id = {};                   ///< empty: not yet a member
  std::optional<std::string> instance_id = {};  ///< a static member's name (KIP-345)
  std::string client_id = {};
  std::string client_host = {};  ///< as Kafka writes it: "/127.0.0.1"
  Milliseconds session_timeout{0};
  Milliseconds rebalance_timeout{0};          ///< not positive, as in v0: the session timeout
  std::string protocol_type = {};             ///< "consumer", "connect" …
  std::vector<Protocol> protocols = {};       ///< most wanted first
  bool requires_known_member_id = false;      ///< v4+: a first join gets an id and must come again
  bool supports_skipping_assignment = false;  ///< v9+
};

struct MemberAssignment {
  std::string member_id = {};
  Buffer assignment = {};
};

struct SyncRequest {
  std::string group_id = {};
  GenerationId generation{-1};
  std::string member_id = {};
  std::optional<std::string> instance_id = {};
  std::optional<std::string> protocol_type = {};   ///< v5+
  std::optional<std::string> protocol_name = {};   ///< v5+
  std::vector<MemberAssignment> assignments = {};  ///< from the leader; others send none
};

struct HeartbeatRequest {
  std::string group_id = {};
  GenerationId generation{-1};
  std::string member_id = {};
  std::optional<std::string> instance_id = {};
};

struct LeavingMember {
  std::string member_id =
      {};  ///< may be empty when instance_id is given (an administrator's removal)
  std::optional<std::string> instance_id = {};
};

struct LeaveRequest {
  std::string group_id = {};
  std::vector<LeavingMember> members = {};
};

struct TopicPartition {
  std::string topic = {};
  PartitionId partition;

  auto operator<=>(const TopicPartition&) const = default;
};

struct OffsetToCommit {
  TopicPartition partition;
  Offset offset;
  LeaderEpoch leader_epoch = no_leader_epoch;
  std::string metadata = {};
};

/// The handler has already refused topics and partitions that do not exist.
struct CommitRequest {
  std::string group_id = {};
  GenerationId generation{-1};  ///< −1: a consumer that assigns itself, or an administrator
  std::string member_id = {};
  std::optional<std::string> instance_id = {};
  std::optional<Milliseconds> retention = {};  ///< v2–4 only: overrides offsets_retention
  std::vector<OffsetToCommit> offsets = {};
};

struct DeleteOffsetsRequest {
  std::string group_id = {};
  std::vector<TopicPartition> partitions = {};
};

}  // namespace millrace::groups
