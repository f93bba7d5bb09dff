#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "wire/error_code.h"

/// What the broker has to do after the coordinator has decided.
namespace millrace::groups {

using wire::ErrorCode;

/// Names a waiting request; chosen by the broker, unique among those not yet answered.
using ReplyToken = Strong<struct ReplyTokenTag, uint64_t>;

/// The two clocks of one event: sessions run on `mono`, retention and timestamps on `wall`.
struct Now {
  MonoTime mono = {};
  Timestamp wall;
};

struct JoinedMember {
  std::string member_id = {};
  std::optional<std::string> instance_id = {};
  Buffer metadata = {};  ///< of the protocol that was chosen
};

struct JoinReply {
  ErrorCode error = ErrorCode::none;
  GenerationId generation{-1};
  std::optional<std::string> protocol_type = {};
  std::optional<std::string> protocol_name = {};
  std::string leader = {};
  std::string member_id = {};
  bool skip_assignment = false;            ///< a leader that returned need not assign again (v9+)
  std::vector<JoinedMember> members = {};  ///< for the leader; empty for everybody else
};

struct SyncReply {
  ErrorCode error = ErrorCode::none;
  std::optional<std::string> protocol_type = {};
  std::optional<std::string> protocol_name = {};
  Buffer assignment = {};
};

struct HeartbeatReply {
  ErrorCode error = ErrorCode::none;
};

struct LeaveReply {
  ErrorCode error = ErrorCode::none;
  std::vector<ErrorCode> members = {};  ///< one per member of the request, in its order
};

struct CommitReply {
  std::vector<ErrorCode> offsets = {};  ///< one per offset of the request, in its order
};

struct DeleteGroupsReply {
  std::vector<ErrorCode> groups = {};  ///< one per group of the request, in its order
};

struct DeleteOffsetsReply {
  ErrorCode error = ErrorCode::none;
  std::vector<ErrorCode> partitions = {};  ///< one per partition of the request, in its order
};

struct Reply {
  ReplyToken token;
  std::variant<JoinReply, SyncReply, HeartbeatReply, LeaveReply, CommitReply, DeleteGroupsReply,
               DeleteOffsetsReply>
      body;
};

/// One record for `__consumer_offsets`-`partition`, in Kafka's format.
struct RecordToAppend {
  PartitionId partition;
  Buffer key = {};
  std::optional<Buffer> value = {};  ///< none: a tombstone
};

/// The outcome of one event. Records stand by partition; those of one partition are appended in
/// this order and as one batch, so that a crash leaves all or none of them. The replies, and those
/// of every later event, are sent once the records are durable; with nothing waiting to become
/// durable, at once.
struct [[nodiscard]] Effects {
  std::vector<RecordToAppend> records = {};
  std::vector<Reply> replies = {};
};

}  // namespace millrace::groups
