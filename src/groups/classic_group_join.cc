#include <algorithm>

#include "base/assert.h"
#include "groups/classic_group.h"

namespace millrace::groups {

namespace {

void refuse(ReplyToken token, ErrorCode error, std::string member_id, Step& step) {
  step.reply(token, JoinReply{.error = error, .member_id = std::move(member_id)});
}

void take_offer(Member& member, JoinRequest& request) {
  member.client_id = std::move(request.client_id);
  member.client_host = std::move(request.client_host);
  member.session_timeout = request.session_timeout;
  member.rebalance_timeout = request.rebalance_timeout;
  member.protocols = std::move(request.protocols);
}

}  // namespace

void ClassicGroup::join(ReplyToken token, JoinRequest request, const NewId& new_id, Step& step) {
  if (!has_room_for(request.member_id)) {
    pending_.erase(request.member_id);
    if (members_.find(request.member_id) != nullptr) {
      remove_member(request.member_id, ErrorCode::group_max_size_reached, step);
    }
    refuse(token, ErrorCode::group_max_size_reached, "", step);
  } else if (!agrees_with(request)) {
    refuse(token, ErrorCode::inconsistent_group_protocol, std::move(request.member_id), step);
  } else if (request.member_id.empty()) {
    join_without_id(token, std::move(request), new_id, step);
  } else {
    join_with_id(token, std::move(request), step);
  }
  try_complete_join(step);
}

bool ClassicGroup::has_room_for(std::string_view member_id) const {
  const auto limit = static_cast<size_t>(config_.group_size_max);
  const Member* member = members_.find(member_id);
  switch (state_) {
    case GroupState::preparing_rebalance:
      // Counted are those that have come back: who has not may be gone.
      return (member != nullptr && member->joining) || members_.joining_count() < limit;
    case GroupState::completing_rebalance:
    case GroupState::stable:
      return member != nullptr || members_.size() < limit;
    case GroupState::empty:
    case GroupState::dead:
      return true;
  }
  return true;
}

bool ClassicGroup::agrees_with(const JoinRequest& request) const {
  if (request.protocol_type.empty() || request.protocols.empty()) return false;
  if (members_.empty()) return true;
  return request.protocol_type == protocol_type_ && members_.all_know_one_of(request.protocols);
}

void ClassicGroup::join_without_id(ReplyToken token, JoinRequest request, const NewId& new_id,
                                   Step& step) {
  std::string id = request.instance_id.value_or(request.client_id) + "-" + new_id();
  if (request.instance_id) {
    if (members_.find_static(*request.instance_id) != nullptr) {
      return return_static(std::move(id), token, std::move(request), step);
    }
    return add_member(std::move(id), token, std::move(request), step);
  }
  if (!request.requires_known_member_id) {
    return add_member(std::move(id), token, std::move(request), step);
  }
  // A client that dies between this answer and its next join leaves only this line behind, not
  // a member that everybody waits for (KIP-394).
  if (pending_.size() >= static_cast<size_t>(config_.group_size_max)) {
    return refuse(token, ErrorCode::group_max_size_reached, "", step);
  }
  pending_.emplace(id, step.now.mono + request.session_timeout);
  refuse(token, ErrorCode::member_id_required, std::move(id), step);
}

void ClassicGroup::join_with_id(ReplyToken token, JoinRequest request, Step& step) {
  // An id from MEMBER_ID_REQUIRED was given to a dynamic member; with an instance id it is not it.
  if (!request.instance_id && pending_.contains(request.member_id)) {
    std::string id = request.member_id;
    return add_member(std::move(id), token, std::move(request), step);
  }
  ErrorCode error = check_member(request.member_id, request.instance_id);
  if (error != ErrorCode::none) {
    return refuse(token, error, std::move(request.member_id), step);
  }
  Member& member = *members_.find(request.member_id);
  const bool unchanged = member.protocols == request.protocols;
  // The answer to its last join was lost; for the leader of a stable group, and for whoever
  // changed its mind, joining again is the way to ask for a rebalance.
  const bool answer_again =
      unchanged && (state_ == GroupState::completing_rebalance ||
                    (state_ == GroupState::stable && members_.leader() != member.id));
  if (answer_again) return step.reply(token, current_join(member));
  rejoin(member, token, std::move(request), step);
}

void ClassicGroup::add_member(std::string member_id, ReplyToken token, JoinRequest request,
                              Step& step) {
  if (state_ == GroupState::preparing_rebalance && initial_rebalance_) member_arrived_ = true;
  pending_.erase(member_id);
  if (members_.empty()) protocol_type_ = request.protocol_type;
  Member member{.id = std::move(member_id), .instance_id = request.instance_id};
  member.joining = token;
  member.is_new = true;
  member.silent_until = step.now.mono + config_.new_member_timeout;
  take_offer(member, request);
  members_.add(std::move(member));
  if (state_ != GroupState::preparing_rebalance) prepare_rebalance(step);
}

void ClassicGroup::rejoin(Member& member, ReplyToken token, JoinRequest request, Step& step) {
  if (member.joining) {
    // A second join of the same member: the first one's connection is gone, or will ask again.
    step.reply(*member.joining,
               JoinReply{.error = ErrorCode::rebalance_in_progress, .member_id = member.id});
  }
  member.joining = token;
  take_offer(member, request);
  if (state_ != GroupState::preparing_rebalance) prepare_rebalance(step);
}

void ClassicGroup::return_static(std::string new_id, ReplyToken token, JoinRequest request,
                                 Step& step) {
  std::string old_id = members_.find_static(*request.instance_id)->id;
  std::string former_leader = members_.leader().value_or("");
  drop_pending_sync(old_id);
  Member& member = members_.rename(old_id, std::move(new_id));
  if (member.joining) {
    step.reply(*member.joining,
               JoinReply{.error = ErrorCode::fenced_instance_id, .member_id = old_id});
    member.joining.reset();
  }
  answer_sync(member, ErrorCode::fenced_instance_id, step);
  touch(member, step.now);

  if (state_ != GroupState::stable) {
    // While the leader computes an assignment for the old id, only a new round can include this
    // one.
    return rejoin(member, token, std::move(request), step);
  }
  const bool skipping = request.supports_skipping_assignment;
  take_offer(member, request);
  if (members_.vote() == protocol_ && encoded_size(metadata()) <= config_.group_record_bytes_max) {
    return resume_static(member, std::move(former_leader), token, skipping, step);
  }
  member.joining = token;
  prepare_rebalance(step);
}

/// Nobody needs to move: the seat keeps its assignment under the new id, which is recorded.
void ClassicGroup::resume_static(Member& member, std::string former_leader, ReplyToken token,
                                 bool skipping, Step& step) {
  step.changes.push_back(GroupChange{group_id_, metadata()});
  JoinReply reply = current_join(member);
  if (skipping) {
    reply.skip_assignment = members_.leader() == member.id;
  } else {
    // An old client that saw itself as leader would send an assignment: it is told the leader's
    // former id instead, and behaves as a follower.
    reply.leader = std::move(former_leader);
    reply.members.clear();
  }
  step.reply(token, std::move(reply));
}

JoinReply ClassicGroup::current_join(const Member& member) const {
  JoinReply reply{.generation = generation_,
                  .protocol_type = protocol_type_,
                  .protocol_name = protocol_,
                  .leader = members_.leader().value_or(""),
                  .member_id = member.id};
  if (members_.leader() == member.id) reply.members = joined_members();
  return reply;
}

std::vector<JoinedMember> ClassicGroup::joined_members() const {
  std::vector<JoinedMember> joined;
  for (const auto& [id, member] : members_) {
    joined.push_back({id, member.instance_id, member.metadata_for(protocol_.value_or(""))});
  }
  return joined;
}

void ClassicGroup::prepare_rebalance(Step& step) {
  MR_ASSERT(state_ != GroupState::preparing_rebalance && state_ != GroupState::dead);
  if (state_ == GroupState::completing_rebalance) {
    cancel_syncs(ErrorCode::rebalance_in_progress, step);
  }
  pending_sync_.clear();
  sync_deadline_.reset();

  initial_rebalance_ = state_ == GroupState::empty;
  member_arrived_ = false;
  enter(GroupState::preparing_rebalance, step.now);
  if (!initial_rebalance_) {
    rebalance_deadline_ = step.now.mono + members_.rebalance_timeout();
    return try_complete_join(step);
  }
  const Milliseconds delay = config_.initial_rebalance_delay;
  initial_delay_left_ = std::max(members_.rebalance_timeout() - delay, Milliseconds{0});
  rebalance_deadline_ = step.now.mono + delay;
  if (delay == Milliseconds{0}) complete_join(step);
}

void ClassicGroup::try_complete_join(Step& step) {
  if (state_ != GroupState::preparing_rebalance || initial_rebalance_) return;
  if (members_.joining_count() == members_.size() && pending_.empty()) complete_join(step);
}

void ClassicGroup::complete_join(Step& step) {
  // Whoever has not come back is out. A static member keeps its seat until its session ends: it
  // may be restarting.
  std::vector<std::string> missing;
  for (const auto& [id, member] : members_) {
    if (!member.joining && !member.instance_id) missing.push_back(id);
  }
  for (const std::string& id : missing) members_.remove(id);

  if (!members_.empty() && !elect_joined_leader()) {
    // Only absent static members are left: wait until their sessions settle it.
    rebalance_deadline_ = step.now.mono + members_.rebalance_timeout();
    initial_rebalance_ = false;
    return;
  }
  start_generation(step);
}

bool ClassicGroup::elect_joined_leader() {
  if (members_.find(*members_.leader())->joining) return true;
  auto joined = std::find_if(members_.begin(), members_.end(),
                             [](const auto& m) { return m.second.joining.has_value(); });
  if (joined == members_.end()) return false;
  members_.make_leader(joined->second);
  return true;
}

void ClassicGroup::start_generation(Step& step) {
  rebalance_deadline_.reset();
  initial_rebalance_ = false;
  ++generation_;
  if (members_.empty()) {
    protocol_.reset();
    enter(GroupState::empty, step.now);
    step.changes.push_back(GroupChange{group_id_, metadata()});
    return;
  }
  protocol_ = members_.vote();
  enter(GroupState::completing_rebalance, step.now);
  sync_deadline_ = step.now.mono + members_.rebalance_timeout();
  for (auto& [id, member] : members_) {
    pending_sync_.insert(id);
    member.is_new = false;
    touch(member, step.now);
    if (member.joining) step.reply(*member.joining, current_join(member));
    member.joining.reset();
  }
}

}  // namespace millrace::groups
