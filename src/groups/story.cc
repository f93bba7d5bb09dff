#include "groups/story.h"

#include <algorithm>

namespace millrace::groups {

Story::Story(GroupsConfig c) : config(c) {
  restart();
}

Story::~Story() {
  std::set<ReplyToken> known;
  for (const Reply& reply : coordinator_->abandon(ErrorCode::coordinator_not_available)) {
    EXPECT_TRUE(known.insert(reply.token).second);
  }
  std::set<ReplyToken> sent;
  for (const auto& [token, client] : waiting_) sent.insert(token);
  EXPECT_EQ(known, sent) << "requests that wait for ever";
}

void Story::restart() {
  coordinator_ = std::make_unique<GroupCoordinator>(
      config, [this] { return "id" + std::to_string(++ids_made_); });
  waiting_.clear();
  for (const RecordToAppend& r : log_) {
    auto value = r.value ? std::optional<Bytes>(*r.value) : std::nullopt;
    EXPECT_TRUE(coordinator_->replay(r.key, value));
  }
  coordinator_->on_loaded(now_);
}

Story& Story::after(Duration time) {
  const MonoTime end = now_.mono + time;
  for (auto next = coordinator_->next_deadline(); next && *next <= end;
       next = coordinator_->next_deadline()) {
    const Duration step = std::max(*next - now_.mono, Duration{0});
    now_.mono += step;
    now_.wall += std::chrono::duration_cast<Milliseconds>(step).count();
    take(coordinator_->on_timer(now_));
  }
  now_.wall += std::chrono::duration_cast<Milliseconds>(end - now_.mono).count();
  now_.mono = end;
  return *this;
}

ReplyToken Story::expect(const std::string& client) {
  ReplyToken token(++tokens_made_);
  waiting_[token] = client;
  return token;
}

void Story::take(Effects effects) {
  for (RecordToAppend& r : effects.records) {
    EXPECT_EQ(r.partition, log_.empty() ? r.partition : log_.front().partition);
    log_.push_back(std::move(r));
  }
  for (const Reply& reply : effects.replies) {
    EXPECT_EQ(waiting_.erase(reply.token), 1U) << "answered twice, or never asked";
    deliver(reply);
    answers_.insert_or_assign(reply.token, reply);
  }
  DurableState replayed;
  for (const RecordToAppend& r : log_) {
    auto change = decode(r.key, r.value ? std::optional<Bytes>(*r.value) : std::nullopt);
    ASSERT_TRUE(change && *change);
    replayed.apply(**change);
  }
  EXPECT_EQ(replayed, coordinator_->durable_state());
}

void Story::deliver(const Reply& reply) {
  for (auto& [name, client] : clients_) {
    if (client.join_token == reply.token) {
      client.join = std::get<JoinReply>(reply.body);
      if (client.join->error == ErrorCode::none) client.generation = client.join->generation;
      const bool given = client.join->error == ErrorCode::none ||
                         client.join->error == ErrorCode::member_id_required;
      if (given) client.id = client.join->member_id;
    }
    if (client.sync_token == reply.token) client.sync = std::get<SyncReply>(reply.body);
  }
}

template <class Body>
Body Story::answer(ReplyToken token, Effects effects) {
  take(std::move(effects));
  auto it = answers_.find(token);
  EXPECT_NE(it, answers_.end()) << "not answered at once";
  return it == answers_.end() ? Body{} : std::get<Body>(it->second.body);
}

ReplyToken Story::send_join(const std::string& client, JoinRequest request) {
  ReplyToken token = expect(client);
  clients_[client].join_token = token;
  clients_[client].join.reset();
  clients_[client].sync.reset();
  take(coordinator_->join(token, std::move(request), now_));
  return token;
}

ReplyToken Story::send_sync(const std::string& client, SyncRequest request) {
  ReplyToken token = expect(client);
  clients_[client].sync_token = token;
  clients_[client].sync.reset();
  take(coordinator_->sync(token, std::move(request), now_));
  return token;
}

Story& Story::join(const std::string& client, JoinOptions options) {
  clients_[client].instance = options.instance;
  JoinRequest request{.group_id = "g",
                      .member_id = clients_[client].id,
                      .instance_id = options.instance,
                      .client_id = client,
                      .client_host = "/127.0.0.1",
                      .session_timeout = options.session,
                      .rebalance_timeout = options.rebalance,
                      .protocol_type = options.type,
                      .protocols = options.protocols,
                      .requires_known_member_id = options.known_id,
                      .supports_skipping_assignment = options.skipping};
  send_join(client, request);
  if (join_error(client) == ErrorCode::member_id_required) {
    request.member_id = clients_[client].id;
    send_join(client, request);
  }
  return *this;
}

Story& Story::forget(const std::string& client) {
  clients_[client].id.clear();
  return *this;
}

Story& Story::sync(const std::string& client, std::map<std::string, std::string> assignments) {
  const Client& c = clients_[client];
  SyncRequest request{.group_id = "g",
                      .generation = c.generation,
                      .member_id = c.id,
                      .instance_id = c.instance,
                      .protocol_type = std::nullopt,
                      .protocol_name = std::nullopt};
  for (const auto& [name, text] : assignments) {
    request.assignments.push_back({clients_[name].id, to_buffer(as_bytes(text))});
  }
  send_sync(client, std::move(request));
  return *this;
}

ErrorCode Story::heartbeat(const std::string& client) {
  const Client& c = clients_[client];
  ReplyToken token = expect(client);
  return answer<HeartbeatReply>(
             token, coordinator_->heartbeat(token, {"g", c.generation, c.id, c.instance}, now_))
      .error;
}

ErrorCode Story::leave(const std::string& client) {
  LeaveReply reply = leave({{clients_[client].id, clients_[client].instance}});
  return reply.error != ErrorCode::none ? reply.error : reply.members.at(0);
}

LeaveReply Story::leave(std::vector<LeavingMember> members) {
  ReplyToken token = expect("");
  return answer<LeaveReply>(token, coordinator_->leave(token, {"g", std::move(members)}, now_));
}

Story& Story::stable(const std::vector<std::string>& clients, JoinOptions options) {
  for (const std::string& client : clients) join(client, options);
  return settle(clients, options);
}

Story& Story::settle(const std::vector<std::string>& clients, JoinOptions options) {
  for (const std::string& client : clients) {
    if (!is_waiting(client) && state() == GroupState::preparing_rebalance) join(client, options);
  }
  std::map<std::string, std::string> assignments;
  for (const std::string& client : clients) assignments[client] = client;
  for (const std::string& client : clients) {
    const bool leads = joined(client) && joined(client)->leader == id(client);
    sync(client, leads ? assignments : std::map<std::string, std::string>{});
  }
  return *this;
}

ErrorCode Story::commit(const std::string& client, const TopicPartition& at, int64_t offset) {
  const Client& c = clients_[client];
  return commit({.group_id = "g",
                 .generation = c.generation,
                 .member_id = c.id,
                 .instance_id = c.instance,
                 .retention = std::nullopt,
                 .offsets = {{.partition = at, .offset = Offset(offset)}}})
      .at(0);
}

std::vector<ErrorCode> Story::commit(CommitRequest request) {
  ReplyToken token = expect("");
  return answer<CommitReply>(token, coordinator_->commit_offsets(token, request, now_)).offsets;
}

std::vector<ErrorCode> Story::delete_groups(std::vector<std::string> ids) {
  ReplyToken token = expect("");
  return answer<DeleteGroupsReply>(token, coordinator_->delete_groups(token, ids, now_)).groups;
}

DeleteOffsetsReply Story::delete_offsets(std::vector<TopicPartition> partitions) {
  ReplyToken token = expect("");
  return answer<DeleteOffsetsReply>(
      token, coordinator_->delete_offsets(token, {"g", std::move(partitions)}, now_));
}

void Story::delete_topic(const std::string& topic) {
  const std::vector<std::string> topics{topic};
  take(coordinator_->on_topics_deleted(topics, now_));
}

int64_t Story::committed(const TopicPartition& at) const {
  auto offset = coordinator_->committed("g", at);
  return offset ? offset->offset.value() : -1;
}

std::optional<JoinReply> Story::joined(const std::string& client) const {
  auto it = clients_.find(client);
  return it == clients_.end() ? std::nullopt : it->second.join;
}

std::optional<SyncReply> Story::synced(const std::string& client) const {
  auto it = clients_.find(client);
  return it == clients_.end() ? std::nullopt : it->second.sync;
}

ErrorCode Story::join_error(const std::string& client) const {
  auto reply = joined(client);
  return reply ? reply->error : ErrorCode::none;
}

std::string Story::assignment(const std::string& client) const {
  auto reply = synced(client);
  return reply ? std::string(as_text(reply->assignment)) : "(waiting)";
}

std::string Story::id(const std::string& client) const {
  return clients_.at(client).id;
}

GenerationId Story::generation(const std::string& client) const {
  return clients_.at(client).generation;
}

bool Story::is_waiting(const std::string& client) const {
  auto it = clients_.find(client);
  if (it == clients_.end()) return false;
  return (it->second.join_token && waiting_.contains(*it->second.join_token)) ||
         (it->second.sync_token && waiting_.contains(*it->second.sync_token));
}

GroupState Story::state() const {
  auto group = coordinator_->describe("g");
  return group ? group->state : GroupState::dead;
}

DescribedGroup Story::described() const {
  return coordinator_->describe("g").value_or(DescribedGroup{});
}

}  // namespace millrace::groups
