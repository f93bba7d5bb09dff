#include "groups/coordinator.h"

#include <algorithm>

#include "base/assert.h"

namespace millrace::groups {

GroupCoordinator::GroupCoordinator(GroupsConfig config, std::function<std::string()> new_id)
    : config_(config), new_id_(std::move(new_id)) {}

Result<void> GroupCoordinator::replay(Bytes key, std::optional<Bytes> value) {
  MR_TRY(auto change, decode(key, value));
  if (change) durable_.apply(*change);
  return {};
}

void GroupCoordinator::on_loaded(Now now) {
  MR_ASSERT(groups_.empty());
  for (const auto& [id, stored] : durable_.groups()) {
    ClassicGroup& group = create(id, now);
    group.restore(stored);
    group.rearm_sessions(now);
    settle(id);
  }
  for (const auto& [id, offsets] : durable_.all_offsets()) {
    if (find(id) == nullptr) create(id, now);
  }
  next_retention_check_ = now.mono + config_.offsets_retention_check_interval;
}

Effects GroupCoordinator::join(ReplyToken token, JoinRequest request, Now now) {
  Step step{now};
  ErrorCode error = check_join(request);
  if (error != ErrorCode::none) {
    step.reply(token, JoinReply{.error = error, .member_id = std::move(request.member_id)});
    return finish(std::move(step));
  }
  // Version 0 has no rebalance timeout, and waiting for no time at all would be no waiting.
  if (request.rebalance_timeout <= Milliseconds{0}) {
    request.rebalance_timeout = request.session_timeout;
  }
  ClassicGroup* group = find(request.group_id);
  if (group == nullptr) group = &create(request.group_id, now);
  step.touched.insert(request.group_id);
  group->join(token, std::move(request), new_id_, step);
  return finish(std::move(step));
}

ErrorCode GroupCoordinator::check_group_id(std::string_view group_id) const {
  const bool valid = !group_id.empty() && group_id.size() <= config_.name_bytes_max;
  return valid ? ErrorCode::none : ErrorCode::invalid_group_id;
}

ErrorCode GroupCoordinator::check_join(const JoinRequest& r) const {
  ErrorCode error = check_group_id(r.group_id);
  if (error != ErrorCode::none) return error;
  if (!is_within_limits(r)) return ErrorCode::invalid_request;
  if (r.session_timeout < config_.session_timeout_min ||
      r.session_timeout > config_.session_timeout_max) {
    return ErrorCode::invalid_session_timeout;
  }
  if (find(r.group_id) != nullptr) return ErrorCode::none;
  if (!r.member_id.empty()) return ErrorCode::unknown_member_id;
  return is_full() ? ErrorCode::policy_violation : ErrorCode::none;
}

bool GroupCoordinator::is_within_limits(const JoinRequest& r) const {
  auto fits = [this](const std::string& name) { return name.size() <= config_.name_bytes_max; };
  size_t offered_bytes = 0;
  for (const Protocol& p : r.protocols) {
    if (!fits(p.name)) return false;
    offered_bytes += p.metadata.size();
  }
  return fits(r.client_id) && fits(r.client_host) && fits(r.protocol_type) &&
         fits(r.instance_id.value_or("")) && r.protocols.size() <= config_.protocols_max &&
         offered_bytes <= config_.group_record_bytes_max;
}

Effects GroupCoordinator::sync(ReplyToken token, SyncRequest request, Now now) {
  Step step{now};
  ErrorCode error = check_group_id(request.group_id);
  ClassicGroup* group = find(request.group_id);
  if (error == ErrorCode::none && group == nullptr) error = ErrorCode::unknown_member_id;
  if (error != ErrorCode::none) {
    step.reply(token, SyncReply{.error = error});
  } else {
    step.touched.insert(request.group_id);
    group->sync(token, std::move(request), step);
  }
  return finish(std::move(step));
}

Effects GroupCoordinator::heartbeat(ReplyToken token, const HeartbeatRequest& request, Now now) {
  Step step{now};
  ErrorCode error = check_group_id(request.group_id);
  ClassicGroup* group = find(request.group_id);
  if (error == ErrorCode::none) {
    step.touched.insert(request.group_id);
    error = group ? group->heartbeat(request, now) : ErrorCode::unknown_member_id;
  }
  step.reply(token, HeartbeatReply{error});
  return finish(std::move(step));
}

Effects GroupCoordinator::leave(ReplyToken token, const LeaveRequest& request, Now now) {
  Step step{now};
  LeaveReply reply{.error = check_group_id(request.group_id), .members = {}};
  ClassicGroup* group = find(request.group_id);
  if (reply.error == ErrorCode::none && group != nullptr) {
    step.touched.insert(request.group_id);
    reply.members = group->leave(request.members, step);
  } else {
    reply.members.assign(request.members.size(), ErrorCode::unknown_member_id);
  }
  step.reply(token, std::move(reply));
  return finish(std::move(step));
}

Effects GroupCoordinator::commit_offsets(ReplyToken token, const CommitRequest& request, Now now) {
  Step step{now};
  const ErrorCode refused = admit_commit(request, now);
  const Timestamp expires_at =
      request.retention ? now.wall + request.retention->count() : Timestamp(-1);
  CommitReply reply;
  for (const OffsetToCommit& o : request.offsets) {
    const bool too_large = o.metadata.size() > config_.offset_metadata_bytes_max;
    reply.offsets.push_back(refused != ErrorCode::none ? refused
                            : too_large                ? ErrorCode::offset_metadata_too_large
                                                       : ErrorCode::none);
    if (reply.offsets.back() != ErrorCode::none) continue;
    CommittedOffset value{o.offset, o.leader_epoch, o.metadata, now.wall, expires_at};
    step.changes.push_back(OffsetChange{request.group_id, o.partition, std::move(value)});
  }
  step.touched.insert(request.group_id);
  step.reply(token, std::move(reply));
  return finish(std::move(step));
}

ErrorCode GroupCoordinator::admit_commit(const CommitRequest& request, Now now) {
  if (ClassicGroup* group = find(request.group_id)) return group->admit_commit(request, now);
  if (request.group_id.size() > config_.name_bytes_max) return ErrorCode::invalid_group_id;
  // A member of a group that nobody remembers; anybody else opens a group without members.
  if (request.generation >= GenerationId(0)) return ErrorCode::illegal_generation;
  if (is_full()) return ErrorCode::policy_violation;
  create(request.group_id, now);
  return ErrorCode::none;
}

Effects GroupCoordinator::delete_groups(ReplyToken token, std::span<const std::string> group_ids,
                                        Now now) {
  Step step{now};
  DeleteGroupsReply reply;
  for (const std::string& id : group_ids) reply.groups.push_back(delete_group(id, step));
  step.reply(token, std::move(reply));
  return finish(std::move(step));
}

ErrorCode GroupCoordinator::delete_group(const std::string& group_id, Step& step) {
  const ClassicGroup* group = find(group_id);
  if (group == nullptr) return ErrorCode::group_id_not_found;
  if (group->state() != GroupState::empty) return ErrorCode::non_empty_group;
  for (const auto& [partition, committed] : durable_.offsets(group_id)) {
    step.changes.push_back(OffsetChange{group_id, partition, std::nullopt});
  }
  if (durable_.group(group_id)) step.changes.push_back(GroupChange{group_id, std::nullopt});
  step.touched.insert(group_id);
  groups_.erase(group_id);
  return ErrorCode::none;
}

Effects GroupCoordinator::delete_offsets(ReplyToken token, const DeleteOffsetsRequest& request,
                                         Now now) {
  Step step{now};
  DeleteOffsetsReply reply;
  const ClassicGroup* group = find(request.group_id);
  if (group == nullptr) {
    reply.error = ErrorCode::group_id_not_found;
  } else if (group->state() != GroupState::empty && group->protocol_type() != "consumer") {
    reply.error = ErrorCode::non_empty_group;
  }
  if (reply.error != ErrorCode::none) {
    step.reply(token, std::move(reply));
    return finish(std::move(step));
  }
  const bool is_empty = group->state() == GroupState::empty;
  const auto topics = group->subscriptions();
  for (const TopicPartition& p : request.partitions) {
    const bool in_use = !is_empty && (!topics || topics->contains(p.topic));
    reply.partitions.push_back(in_use ? ErrorCode::group_subscribed_to_topic : ErrorCode::none);
    if (in_use || !durable_.offsets(request.group_id).contains(p)) continue;
    step.changes.push_back(OffsetChange{request.group_id, p, std::nullopt});
  }
  step.touched.insert(request.group_id);
  step.reply(token, std::move(reply));
  return finish(std::move(step));
}

Effects GroupCoordinator::on_topics_deleted(std::span<const std::string> topics, Now now) {
  Step step{now};
  for (const auto& [id, offsets] : durable_.all_offsets()) {
    for (const auto& [partition, committed] : offsets) {
      if (std::find(topics.begin(), topics.end(), partition.topic) == topics.end()) continue;
      step.changes.push_back(OffsetChange{id, partition, std::nullopt});
      step.touched.insert(id);
    }
  }
  return finish(std::move(step));
}

Effects GroupCoordinator::on_timer(Now now) {
  Step step{now};
  for (const auto& [deadline, id] : deadlines_) {
    if (deadline > now.mono) break;
    step.touched.insert(id);
  }
  for (const std::string& id : step.touched) find(id)->on_timer(step);
  // Retention judges what the groups have come to, so it has a turn of its own.
  const bool retention_due = next_retention_check_ && *next_retention_check_ <= now.mono;
  if (step.touched.empty() && retention_due) check_retention(step);
  return finish(std::move(step));
}

std::optional<MonoTime> GroupCoordinator::next_deadline() const {
  if (deadlines_.empty()) return next_retention_check_;
  const MonoTime first = deadlines_.begin()->first;
  return next_retention_check_ ? std::min(first, *next_retention_check_) : first;
}

void GroupCoordinator::check_retention(Step& step) {
  bool complete = true;
  for (const auto& [id, group] : groups_) {
    const size_t before = step.changes.size();
    complete = expire_offsets(id, *group, step);
    if (!complete) break;
    const size_t kept = durable_.offsets(id).size() - (step.changes.size() - before);
    if (kept > 0 || !group->is_vacant()) continue;
    if (durable_.group(id)) step.changes.push_back(GroupChange{id, std::nullopt});
    step.touched.insert(id);
  }
  next_retention_check_ =
      step.now.mono + (complete ? config_.offsets_retention_check_interval : Milliseconds{0});
}

/// False when the limit of one check was hit before the end.
bool GroupCoordinator::expire_offsets(const std::string& group_id, const ClassicGroup& group,
                                      Step& step) const {
  const bool is_empty = group.state() == GroupState::empty;
  const auto topics = group.state() == GroupState::stable ? group.subscriptions() : std::nullopt;
  for (const auto& [partition, committed] : durable_.offsets(group_id)) {
    const bool unused = is_empty || (topics && !topics->contains(partition.topic));
    if (!unused || step.now.wall < expiry_of(committed, group)) continue;
    if (step.changes.size() >= config_.expired_offsets_per_check_max) return false;
    step.changes.push_back(OffsetChange{group_id, partition, std::nullopt});
    step.touched.insert(group_id);
  }
  return true;
}

Timestamp GroupCoordinator::expiry_of(const CommittedOffset& committed,
                                      const ClassicGroup& group) const {
  if (committed.expires_at != Timestamp(-1)) return committed.expires_at;
  // An offset set by hand when the group was long empty gets its full time too, unlike in Kafka.
  const bool was_used = group.protocol_type() && group.state() == GroupState::empty;
  const Timestamp since =
      was_used ? std::max(committed.committed_at, group.state_since()) : committed.committed_at;
  return since + config_.offsets_retention.count();
}

Effects GroupCoordinator::finish(Step step) {
  Effects effects;
  for (const Change& change : step.changes) {
    durable_.apply(change);
    effects.records.push_back(encode(change, config_.offsets_topic_partitions));
  }
  std::stable_sort(effects.records.begin(), effects.records.end(),
                   [](const auto& a, const auto& b) { return a.partition < b.partition; });
  effects.replies = std::move(step.replies);
  for (const std::string& id : step.touched) settle(id);
  return effects;
}

void GroupCoordinator::settle(const std::string& group_id) {
  auto it = groups_.find(group_id);
  const bool remembered =
      durable_.group(group_id) != nullptr || !durable_.offsets(group_id).empty();
  if (it != groups_.end() && it->second->is_vacant() && !remembered) {
    groups_.erase(it);
    it = groups_.end();
  }
  std::optional<MonoTime> next;
  if (it != groups_.end()) next = it->second->next_deadline();

  auto armed = armed_.find(group_id);
  if (armed != armed_.end()) {
    if (next == armed->second) return;
    deadlines_.erase({armed->second, group_id});
    armed_.erase(armed);
  }
  if (!next) return;
  deadlines_.emplace(*next, group_id);
  armed_.emplace(group_id, *next);
}

std::vector<Reply> GroupCoordinator::abandon(ErrorCode error) {
  std::vector<Reply> replies;
  for (auto& [id, group] : groups_) group->abandon(error, replies);
  return replies;
}

ClassicGroup* GroupCoordinator::find(std::string_view group_id) {
  auto it = groups_.find(group_id);
  return it == groups_.end() ? nullptr : it->second.get();
}

const ClassicGroup* GroupCoordinator::find(std::string_view group_id) const {
  auto it = groups_.find(group_id);
  return it == groups_.end() ? nullptr : it->second.get();
}

ClassicGroup& GroupCoordinator::create(const std::string& group_id, Now now) {
  auto [it, fresh] =
      groups_.emplace(group_id, std::make_unique<ClassicGroup>(group_id, config_, now.wall));
  MR_ASSERT(fresh);
  return *it->second;
}

}  // namespace millrace::groups
