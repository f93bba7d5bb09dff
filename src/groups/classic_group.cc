#include "groups/classic_group.h"

#include <algorithm>

#include "base/assert.h"

namespace millrace::groups {

namespace {

void refuse(ReplyToken token, ErrorCode error, Step& step) {
  SyncReply reply;
  reply.error = error;
  step.reply(token, std::move(reply));
}

}  // namespace

std::string_view name_of(GroupState state) {
  switch (state) {
    case GroupState::empty:
      return "Empty";
    case GroupState::preparing_rebalance:
      return "PreparingRebalance";
    case GroupState::completing_rebalance:
      return "CompletingRebalance";
    case GroupState::stable:
      return "Stable";
    case GroupState::dead:
      return "Dead";
  }
  return "Dead";
}

ClassicGroup::ClassicGroup(std::string group_id, const GroupsConfig& config, Timestamp now)
    : group_id_(std::move(group_id)), config_(config), state_since_(now) {}

void ClassicGroup::restore(const GroupMetadata& stored) {
  generation_ = stored.generation;
  state_since_ = stored.state_since;
  if (!stored.protocol_type.empty()) protocol_type_ = stored.protocol_type;
  protocol_ = stored.protocol;
  for (const StoredMember& m : stored.members) {
    members_.add({.id = m.member_id,
                  .instance_id = m.instance_id,
                  .client_id = m.client_id,
                  .client_host = m.client_host,
                  .session_timeout = m.session_timeout,
                  .rebalance_timeout = m.rebalance_timeout,
                  .protocols = {{stored.protocol.value_or(""), m.subscription}},
                  .assignment = m.assignment});
  }
  if (const Member* leader = members_.find(stored.leader.value_or(""))) {
    members_.make_leader(*leader);
  }
  state_ = members_.empty() ? GroupState::empty : GroupState::stable;
}

void ClassicGroup::rearm_sessions(Now now) {
  for (auto& [id, member] : members_) touch(member, now);
}

void ClassicGroup::sync(ReplyToken token, SyncRequest request, Step& step) {
  ErrorCode error = check_sync(request);
  if (error != ErrorCode::none) return refuse(token, error, step);

  Member& member = *members_.find(request.member_id);
  answer_sync(member, ErrorCode::rebalance_in_progress, step);  // an earlier one, overtaken
  member.syncing = token;
  drop_pending_sync(member.id);
  if (state_ == GroupState::stable) {
    answer_sync(member, ErrorCode::none, step);
    touch(member, step.now);
  } else if (members_.leader() == member.id) {
    assign(std::move(request.assignments), step);
  }
}

ErrorCode ClassicGroup::check_sync(const SyncRequest& request) const {
  ErrorCode error = check_member(request.member_id, request.instance_id);
  if (error != ErrorCode::none) return error;
  if (request.generation != generation_) return ErrorCode::illegal_generation;
  const bool other_type = request.protocol_type && request.protocol_type != protocol_type_;
  const bool other_name = request.protocol_name && request.protocol_name != protocol_;
  if (other_type || other_name) return ErrorCode::inconsistent_group_protocol;
  const bool joining = state_ == GroupState::preparing_rebalance;
  return joining ? ErrorCode::rebalance_in_progress : ErrorCode::none;
}

ErrorCode ClassicGroup::check_member(std::string_view member_id,
                                     const std::optional<std::string>& instance_id) const {
  if (instance_id) {
    const Member* seated = members_.find_static(*instance_id);
    if (seated == nullptr) return ErrorCode::unknown_member_id;
    return seated->id == member_id ? ErrorCode::none : ErrorCode::fenced_instance_id;
  }
  return members_.find(member_id) ? ErrorCode::none : ErrorCode::unknown_member_id;
}

/// The leader has spoken: who is not in its list gets nothing.
void ClassicGroup::assign(std::vector<MemberAssignment> assignments, Step& step) {
  for (auto& [id, member] : members_) member.assignment.clear();
  for (MemberAssignment& a : assignments) {
    if (Member* member = members_.find(a.member_id)) member->assignment = std::move(a.assignment);
  }
  if (encoded_size(metadata()) > config_.group_record_bytes_max) {
    cancel_syncs(ErrorCode::unknown_server_error, step);
    return prepare_rebalance(step);
  }
  enter(GroupState::stable, step.now);
  step.changes.push_back(GroupChange{group_id_, metadata()});
  for (auto& [id, member] : members_) {
    answer_sync(member, ErrorCode::none, step);
    touch(member, step.now);
  }
}

void ClassicGroup::answer_sync(Member& member, ErrorCode error, Step& step) {
  if (!member.syncing) return;
  SyncReply reply{.error = error};
  if (error == ErrorCode::none) {
    reply.protocol_type = protocol_type_;
    reply.protocol_name = protocol_;
    reply.assignment = member.assignment;
  }
  step.reply(*member.syncing, std::move(reply));
  member.syncing.reset();
}

void ClassicGroup::cancel_syncs(ErrorCode error, Step& step) {
  for (auto& [id, member] : members_) {
    member.assignment.clear();
    if (member.syncing) touch(member, step.now);
    answer_sync(member, error, step);
  }
}

ErrorCode ClassicGroup::heartbeat(const HeartbeatRequest& request, Now now) {
  ErrorCode error = check_member(request.member_id, request.instance_id);
  if (error != ErrorCode::none) return error;
  if (request.generation != generation_) return ErrorCode::illegal_generation;
  touch(*members_.find(request.member_id), now);
  const bool joining = state_ == GroupState::preparing_rebalance;
  return joining ? ErrorCode::rebalance_in_progress : ErrorCode::none;
}

std::vector<ErrorCode> ClassicGroup::leave(const std::vector<LeavingMember>& leaving, Step& step) {
  std::vector<ErrorCode> errors;
  for (const LeavingMember& m : leaving) {
    std::string id = m.member_id;
    if (id.empty() && m.instance_id) {
      if (const Member* seated = members_.find_static(*m.instance_id)) id = seated->id;
    }
    if (!m.instance_id && pending_.erase(id) > 0) {
      try_complete_join(step);
      errors.push_back(ErrorCode::none);
      continue;
    }
    errors.push_back(id.empty() ? ErrorCode::unknown_member_id : check_member(id, m.instance_id));
    if (errors.back() == ErrorCode::none) remove_member(id, ErrorCode::unknown_member_id, step);
  }
  return errors;
}

void ClassicGroup::remove_member(std::string_view member_id, ErrorCode told, Step& step) {
  Member& member = *members_.find(member_id);
  if (member.joining) step.reply(*member.joining, JoinReply{.error = told});
  answer_sync(member, told, step);
  drop_pending_sync(member_id);
  members_.remove(member_id);
  if (state_ == GroupState::preparing_rebalance) {
    try_complete_join(step);
  } else {
    prepare_rebalance(step);
  }
}

void ClassicGroup::drop_pending_sync(std::string_view member_id) {
  auto it = pending_sync_.find(member_id);
  if (it == pending_sync_.end()) return;
  pending_sync_.erase(it);
  if (pending_sync_.empty()) sync_deadline_.reset();
}

ErrorCode ClassicGroup::admit_commit(const CommitRequest& request, Now now) {
  const bool names_member =
      request.generation >= GenerationId(0) || !request.member_id.empty() || request.instance_id;
  if (request.generation < GenerationId(0) && state_ == GroupState::empty) return ErrorCode::none;
  // Somebody who assigns itself partitions may not write over the offsets of a living group.
  if (!names_member) return ErrorCode::unknown_member_id;
  ErrorCode error = check_member(request.member_id, request.instance_id);
  if (error != ErrorCode::none) return error;
  if (request.generation != generation_) return ErrorCode::illegal_generation;
  touch(*members_.find(request.member_id), now);
  const bool syncing = state_ == GroupState::completing_rebalance;
  return syncing ? ErrorCode::rebalance_in_progress : ErrorCode::none;
}

void ClassicGroup::on_timer(Step& step) {
  std::erase_if(pending_, [&](const auto& p) { return p.second <= step.now.mono; });
  expire_sessions(step);
  try_complete_join(step);
  if (rebalance_deadline_ && *rebalance_deadline_ <= step.now.mono) expire_rebalance(step);
  if (sync_deadline_ && *sync_deadline_ <= step.now.mono) expire_sync(step);
}

void ClassicGroup::expire_sessions(Step& step) {
  std::vector<std::string> silent;
  for (const auto& [id, member] : members_) {
    auto deadline = member.session_deadline();
    if (deadline && *deadline <= step.now.mono) silent.push_back(id);
  }
  for (const std::string& id : silent) {
    // The first removals may complete a rebalance that removes, or hears of, the later ones.
    const Member* member = members_.find(id);
    auto deadline = member ? member->session_deadline() : std::nullopt;
    if (deadline && *deadline <= step.now.mono) {
      remove_member(id, ErrorCode::unknown_member_id, step);
    }
  }
}

void ClassicGroup::expire_rebalance(Step& step) {
  if (initial_rebalance_ && member_arrived_ && initial_delay_left_ > Milliseconds{0}) {
    const Milliseconds delay = std::min(config_.initial_rebalance_delay, initial_delay_left_);
    member_arrived_ = false;
    initial_delay_left_ -= delay;
    rebalance_deadline_ = step.now.mono + delay;
    return;
  }
  complete_join(step);
}

/// Members that never asked for their assignment are not working on it.
void ClassicGroup::expire_sync(Step& step) {
  std::vector<std::string> laggards(pending_sync_.begin(), pending_sync_.end());
  for (const std::string& id : laggards) members_.remove(id);
  prepare_rebalance(step);
}

std::optional<MonoTime> ClassicGroup::next_deadline() const {
  std::optional<MonoTime> next;
  auto consider = [&](std::optional<MonoTime> t) {
    if (t && (!next || *t < *next)) next = t;
  };
  consider(rebalance_deadline_);
  consider(sync_deadline_);
  for (const auto& [id, until] : pending_) consider(until);
  for (const auto& [id, member] : members_) consider(member.session_deadline());
  return next;
}

void ClassicGroup::abandon(ErrorCode error, std::vector<Reply>& replies) {
  for (auto& [id, member] : members_) {
    if (member.joining) {
      replies.push_back({*member.joining, JoinReply{.error = error, .member_id = id}});
    }
    if (member.syncing) replies.push_back({*member.syncing, SyncReply{.error = error}});
    member.joining.reset();
    member.syncing.reset();
  }
}

GroupMetadata ClassicGroup::metadata() const {
  GroupMetadata stored{.protocol_type = protocol_type_.value_or(""),
                       .generation = generation_,
                       .protocol = protocol_,
                       .leader = members_.leader(),
                       .state_since = state_since_};
  for (const auto& [id, m] : members_) {
    stored.members.push_back({.member_id = id,
                              .instance_id = m.instance_id,
                              .client_id = m.client_id,
                              .client_host = m.client_host,
                              .rebalance_timeout = m.rebalance_timeout,
                              .session_timeout = m.session_timeout,
                              .subscription = m.metadata_for(protocol_.value_or("")),
                              .assignment = m.assignment});
  }
  return stored;
}

std::optional<std::set<std::string>> ClassicGroup::subscriptions() const {
  if (protocol_type_ != "consumer" || !protocol_) return std::nullopt;
  std::set<std::string> all;
  for (const auto& [id, member] : members_) {
    auto topics = subscribed_topics(member.metadata_for(*protocol_));
    if (!topics) return std::nullopt;
    all.insert(topics->begin(), topics->end());
  }
  return all;
}

void ClassicGroup::touch(Member& member, Now now) {
  // A new member cannot be heard of before it is answered.
  if (!member.is_new) member.silent_until = now.mono + member.session_timeout;
}

void ClassicGroup::enter(GroupState state, Now now) {
  state_ = state;
  state_since_ = now.wall;
}

}  // namespace millrace::groups
