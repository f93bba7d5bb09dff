#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "groups/classic_group.h"
#include "groups/config.h"
#include "groups/durable_state.h"
#include "groups/effects.h"
#include "groups/partition_for.h"
#include "groups/requests.h"

namespace millrace::groups {

struct DescribedMember {
  std::string member_id = {};
  std::optional<std::string> instance_id = {};
  std::string client_id = {};
  std::string client_host = {};
  Buffer metadata = {};    ///< empty unless the group is stable
  Buffer assignment = {};  ///< empty unless the group is stable
};

struct DescribedGroup {
  GroupState state = GroupState::dead;
  std::string protocol_type = {};
  std::string protocol_name = {};  ///< empty unless the group is stable
  std::vector<DescribedMember> members = {};
};

struct ListedGroup {
  std::string group_id = {};
  std::string protocol_type = {};
  GroupState state = GroupState::empty;
};

struct ListFilter {
  std::vector<std::string> states = {};  ///< names as name_of(GroupState), any case; empty: all
  std::vector<std::string> types = {};   ///< every group here is "classic"; empty: all
};

/// The groups of one shard's partitions of `__consumer_offsets`: membership by the classic group
/// protocol and committed offsets. A pure state machine: no clock, file, socket or randomness.
///
/// Life: replay() every record of the partitions in order, then on_loaded(), then events. Each
/// event returns Effects; see there for what the broker does with them. What a record says
/// changes only by applying that record, live or in replay; joins under way, sessions and
/// waiting requests are volatile and end with the process.
///
/// Queries show what has been decided, which may be ahead of the disk: hold their answers back
/// like replies. If an append or its sync fails, answer abandon()'s replies, drop the
/// coordinator and replay the log into a new one.
///
/// Owned by one shard, not thread-safe. The broker calls on_timer() at or after next_deadline().
/// Source: Kafka protocol guide; KIP-345, 394, 559, 800, 814; KIP-211 for retention.
class GroupCoordinator {
 public:
  /// `new_id` makes the random part of a member id, unlike any before (Kafka: a UUID's text).
  GroupCoordinator(GroupsConfig config, std::function<std::string()> new_id);
  GroupCoordinator(const GroupCoordinator&) = delete;
  GroupCoordinator& operator=(const GroupCoordinator&) = delete;

  /// Takes one record of the log; no value is a tombstone. A kind written by another version or
  /// by another protocol is passed over. Errors: corrupt.
  Result<void> replay(Bytes key, std::optional<Bytes> value);
  /// After the last replay(): members found in the log get a full session timeout to be heard of.
  void on_loaded(Now now);

  /// Answered with a JoinReply: at once when refused, else when the rebalance completes.
  Effects join(ReplyToken token, JoinRequest request, Now now);
  /// Answered with a SyncReply when the leader's assignment is there.
  Effects sync(ReplyToken token, SyncRequest request, Now now);
  Effects heartbeat(ReplyToken token, const HeartbeatRequest& request, Now now);
  Effects leave(ReplyToken token, const LeaveRequest& request, Now now);
  Effects commit_offsets(ReplyToken token, const CommitRequest& request, Now now);
  Effects delete_groups(ReplyToken token, std::span<const std::string> group_ids, Now now);
  Effects delete_offsets(ReplyToken token, const DeleteOffsetsRequest& request, Now now);

  /// Forgets what all groups committed for these topics. No replies.
  Effects on_topics_deleted(std::span<const std::string> topics, Now now);
  /// Expires sessions, rebalances and offsets that are due. May leave some for a next call:
  /// next_deadline() then lies in the past.
  Effects on_timer(Now now);
  std::optional<MonoTime> next_deadline() const;

  /// Answers every waiting join and sync with `error`; the coordinator is of no use afterwards.
  [[nodiscard]] std::vector<Reply> abandon(ErrorCode error);

  /// Nothing when no offset is committed. Stable by nature: no transactions pass here yet.
  std::optional<CommittedOffset> committed(std::string_view group_id,
                                           const TopicPartition& partition) const;
  /// All that a group has committed, in the order of topic and partition.
  std::vector<std::pair<TopicPartition, CommittedOffset>> all_committed(
      std::string_view group_id) const;
  /// Nothing when there is no such group.
  std::optional<DescribedGroup> describe(std::string_view group_id) const;
  /// In the order of their ids.
  std::vector<ListedGroup> list(const ListFilter& filter) const;

  const DurableState& durable_state() const { return durable_; }

 private:
  using Groups = std::map<std::string, std::unique_ptr<ClassicGroup>, std::less<>>;

  ClassicGroup* find(std::string_view group_id);
  const ClassicGroup* find(std::string_view group_id) const;
  ClassicGroup& create(const std::string& group_id, Now now);
  bool is_full() const { return groups_.size() >= config_.groups_max; }

  // Each says why the request cannot be passed on to its group, if so.
  ErrorCode check_group_id(std::string_view group_id) const;
  ErrorCode check_join(const JoinRequest& request) const;
  bool is_within_limits(const JoinRequest& request) const;
  ErrorCode admit_commit(const CommitRequest& request, Now now);

  ErrorCode delete_group(const std::string& group_id, Step& step);
  bool expire_offsets(const std::string& group_id, const ClassicGroup& group, Step& step) const;
  Timestamp expiry_of(const CommittedOffset& committed, const ClassicGroup& group) const;
  void check_retention(Step& step);
  /// Applies and encodes the changes, lets go of groups that are nothing any more, and notes when
  /// each touched group wants to be called.
  Effects finish(Step step);
  void settle(const std::string& group_id);

  GroupsConfig config_;
  std::function<std::string()> new_id_;
  DurableState durable_;
  Groups groups_;
  std::set<std::pair<MonoTime, std::string>> deadlines_;
  std::map<std::string, MonoTime> armed_;  ///< each group's entry in deadlines_
  std::optional<MonoTime> next_retention_check_;
};

}  // namespace millrace::groups
