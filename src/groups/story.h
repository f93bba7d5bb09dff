#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "groups/coordinator.h"

/// The language the group tests are written in: named clients of one group "g" on one coordinator,
/// a clock that moves when told, and a log that can be restarted from.
///
///   Story story;
///   story.stable({"a", "b"});
///   story.after(10s).heartbeat("a");
///   story.join("c");                          // waits: story.joined("c") has no value yet
///
/// After every event it is checked that no request is answered twice and that replaying the log
/// gives the same durable state; at the end, that every unanswered request is still known.
namespace millrace::groups {

using namespace std::chrono_literals;

struct JoinOptions {
  std::optional<std::string> instance = {};
  std::vector<Protocol> protocols = {{"range", to_buffer(as_bytes("any"))}};
  std::string type = "consumer";
  Milliseconds session = 10s;
  Milliseconds rebalance = 60s;
  bool known_id = true;  ///< as clients since JoinGroup v4; asks again with the id it is given
  bool skipping = false;
};

class Story {
 public:
  explicit Story(GroupsConfig config = {});
  ~Story();

  GroupsConfig config;

  /// Lets time pass, with every timer on the way.
  Story& after(Duration time);
  /// A new coordinator over the same log; requests that waited are lost with their connections.
  void restart();

  /// Joins with the member id the client has, if any. After MEMBER_ID_REQUIRED it joins again.
  Story& join(const std::string& client, JoinOptions options = {});
  /// The client forgets its member id, as a restarted process.
  Story& forget(const std::string& client);
  Story& sync(const std::string& client, std::map<std::string, std::string> assignments = {});
  ErrorCode heartbeat(const std::string& client);
  ErrorCode leave(const std::string& client);
  LeaveReply leave(std::vector<LeavingMember> members);
  /// Everybody joins (at once or one after the other), the leader assigns each its own name.
  Story& stable(const std::vector<std::string>& clients, JoinOptions options = {});
  /// Everybody joins again until one round is complete, then syncs.
  Story& settle(const std::vector<std::string>& clients, JoinOptions options = {});

  ErrorCode commit(const std::string& client, const TopicPartition& at, int64_t offset);
  std::vector<ErrorCode> commit(CommitRequest request);
  std::vector<ErrorCode> delete_groups(std::vector<std::string> ids);
  DeleteOffsetsReply delete_offsets(std::vector<TopicPartition> partitions);
  void delete_topic(const std::string& topic);
  /// −1 when nothing is committed.
  int64_t committed(const TopicPartition& at) const;

  // The last answers; none while the request waits.
  std::optional<JoinReply> joined(const std::string& client) const;
  std::optional<SyncReply> synced(const std::string& client) const;
  ErrorCode join_error(const std::string& client) const;
  std::string assignment(const std::string& client) const;
  std::string id(const std::string& client) const;
  GenerationId generation(const std::string& client) const;
  bool is_waiting(const std::string& client) const;

  GroupState state() const;
  DescribedGroup described() const;
  GroupCoordinator& coordinator() { return *coordinator_; }
  const std::vector<RecordToAppend>& log() const { return log_; }
  size_t waiting_count() const { return waiting_.size(); }
  Now now() const { return now_; }

  // For stories that speak for themselves.
  ReplyToken send_join(const std::string& client, JoinRequest request);
  ReplyToken send_sync(const std::string& client, SyncRequest request);

 private:
  struct Client {
    std::string id = {};
    GenerationId generation{-1};
    std::optional<std::string> instance = {};
    std::optional<ReplyToken> join_token = {};
    std::optional<ReplyToken> sync_token = {};
    std::optional<JoinReply> join = {};
    std::optional<SyncReply> sync = {};
  };

  ReplyToken expect(const std::string& client);
  void take(Effects effects);
  void deliver(const Reply& reply);
  template <class Body>
  Body answer(ReplyToken token, Effects effects);

  Now now_{MonoTime(1h), Timestamp(1'700'000'000'000)};
  int ids_made_ = 0;
  uint64_t tokens_made_ = 0;
  std::unique_ptr<GroupCoordinator> coordinator_;
  std::vector<RecordToAppend> log_;
  std::map<std::string, Client> clients_;
  std::map<ReplyToken, std::string> waiting_;  ///< who sent it
  std::map<ReplyToken, Reply> answers_;
};

}  // namespace millrace::groups
