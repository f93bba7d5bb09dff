#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "groups/config.h"
#include "groups/members.h"
#include "groups/requests.h"
#include "groups/step.h"

namespace millrace::groups {

enum class GroupState {
  empty,                 ///< no members; offsets may remain
  preparing_rebalance,   ///< waiting for the members to join
  completing_rebalance,  ///< joined; waiting for the leader's assignment
  stable,                ///< every member has its assignment, or can fetch it
  dead,                  ///< there is no such group
};

/// Kafka's name: "Empty", "PreparingRebalance", "CompletingRebalance", "Stable", "Dead".
std::string_view name_of(GroupState state);

/// One group's membership by the classic protocol. Decides on one event at a time: replies and
/// durable changes go to the Step, waiting joins and syncs are kept here and answered exactly
/// once by a later event or timer. Membership itself is volatile until a rebalance completes;
/// then metadata() is recorded, and restore() takes up from there after a restart.
/// Not thread-safe. Source: Kafka protocol guide, KIP-62, 345, 394, 814.
class ClassicGroup {
 public:
  using NewId = std::function<std::string()>;

  ClassicGroup(std::string group_id, const GroupsConfig& config, Timestamp now);

  /// Takes what the log says the group was; only on a fresh object.
  void restore(const GroupMetadata& stored);
  /// Every member gets a full session timeout to be heard of.
  void rearm_sessions(Now now);

  void join(ReplyToken token, JoinRequest request, const NewId& new_id, Step& step);
  void sync(ReplyToken token, SyncRequest request, Step& step);
  ErrorCode heartbeat(const HeartbeatRequest& request, Now now);
  std::vector<ErrorCode> leave(const std::vector<LeavingMember>& leaving, Step& step);
  /// Whether this member may commit; hearing of it counts as a heartbeat.
  ErrorCode admit_commit(const CommitRequest& request, Now now);

  void on_timer(Step& step);
  std::optional<MonoTime> next_deadline() const;
  /// Answers everything that waits with `error`.
  void abandon(ErrorCode error, std::vector<Reply>& replies);

  GroupState state() const { return state_; }
  GenerationId generation() const { return generation_; }
  /// Nothing until somebody has joined: offsets alone do not make a type.
  const std::optional<std::string>& protocol_type() const { return protocol_type_; }
  const std::optional<std::string>& protocol() const { return protocol_; }
  Timestamp state_since() const { return state_since_; }
  const Members& members() const { return members_; }
  /// No members and nobody about to become one.
  bool is_vacant() const { return state_ == GroupState::empty && pending_.empty(); }
  /// What a record says of the group now.
  GroupMetadata metadata() const;
  /// The topics that any member subscribes to. Nothing when the members are not consumers or
  /// speak in a way that is not understood.
  std::optional<std::set<std::string>> subscriptions() const;

 private:
  // classic_group_join.cc: join and the rebalance it starts
  void join_without_id(ReplyToken token, JoinRequest request, const NewId& new_id, Step& step);
  void join_with_id(ReplyToken token, JoinRequest request, Step& step);
  bool has_room_for(std::string_view member_id) const;
  bool agrees_with(const JoinRequest& request) const;
  void add_member(std::string member_id, ReplyToken token, JoinRequest request, Step& step);
  void rejoin(Member& member, ReplyToken token, JoinRequest request, Step& step);
  void return_static(std::string new_id, ReplyToken token, JoinRequest request, Step& step);
  void resume_static(Member& member, std::string former_leader, ReplyToken token, bool skipping,
                     Step& step);
  JoinReply current_join(const Member& member) const;
  std::vector<JoinedMember> joined_members() const;
  void prepare_rebalance(Step& step);
  void try_complete_join(Step& step);
  void complete_join(Step& step);
  bool elect_joined_leader();
  void start_generation(Step& step);

  // classic_group.cc: everything else
  ErrorCode check_member(std::string_view member_id,
                         const std::optional<std::string>& instance_id) const;
  ErrorCode check_sync(const SyncRequest& request) const;
  void assign(std::vector<MemberAssignment> assignments, Step& step);
  void answer_sync(Member& member, ErrorCode error, Step& step);
  void cancel_syncs(ErrorCode error, Step& step);
  void remove_member(std::string_view member_id, ErrorCode told, Step& step);
  void drop_pending_sync(std::string_view member_id);
  void expire_sessions(Step& step);
  void expire_rebalance(Step& step);
  void expire_sync(Step& step);
  void touch(Member& member, Now now);
  void enter(GroupState state, Now now);

  const std::string group_id_;
  const GroupsConfig& config_;

  GroupState state_ = GroupState::empty;
  Timestamp state_since_;
  GenerationId generation_{0};
  std::optional<std::string> protocol_type_;
  std::optional<std::string> protocol_;
  Members members_;

  /// Ids handed out with MEMBER_ID_REQUIRED that nobody has joined with yet, and until when.
  std::map<std::string, MonoTime, std::less<>> pending_;
  /// Members of this generation that have not asked for their assignment.
  std::set<std::string, std::less<>> pending_sync_;
  std::optional<MonoTime> rebalance_deadline_;
  std::optional<MonoTime> sync_deadline_;
  /// The first rebalance of an empty group: waits its delay out, longer while members arrive.
  bool initial_rebalance_ = false;
  bool member_arrived_ = false;
  Milliseconds initial_delay_left_{0};
};

}  // namespace millrace::groups
