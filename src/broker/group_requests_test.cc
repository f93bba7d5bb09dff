#include <gtest/gtest.h>

#include "broker/broker_for_test.h"
#include "wire/api/describe_groups.h"
#include "wire/api/find_coordinator.h"
#include "wire/api/join_group.h"
#include "wire/api/list_groups.h"
#include "wire/api/offset_commit.h"
#include "wire/api/offset_fetch.h"
#include "wire/api/sync_group.h"

namespace millrace::broker {
namespace {

using wire::ErrorCode;

class GroupRequests : public BrokerStory {
 protected:
  void SetUp() override {
    BrokerStory::SetUp();
    create_topic("t", 2);
  }

  ErrorCode find_coordinator(const std::string& group) {
    wire::FindCoordinatorRequest request;
    request.key = group;
    return ask(request, 2).error_code;
  }

  wire::JoinGroupRequest join_request(const std::string& group, const std::string& member = "") {
    wire::JoinGroupRequest request;
    request.group_id = group;
    request.session_timeout_ms = 10'000;
    request.rebalance_timeout_ms = 10'000;
    request.member_id = member;
    request.protocol_type = "consumer";
    request.protocols.push_back({"range", to_buffer(as_bytes("sub"))});
    return request;
  }

  ErrorCode commit(const std::string& group, int32_t partition, int64_t offset) {
    wire::OffsetCommitRequest request;
    request.group_id = group;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.partitions.push_back({PartitionId(partition), Offset(offset)});
    return ask(request, 7).topics[0].partitions[0].error_code;
  }

  int64_t committed(const std::string& group, int32_t partition) {
    wire::OffsetFetchRequest request;
    request.group_id = group;
    auto& topic = request.topics->emplace_back();
    topic.name = "t";
    topic.partition_indexes = {PartitionId(partition)};
    return ask(request, 5).topics[0].partitions[0].committed_offset.value();
  }
};

TEST_F(GroupRequests, make_the_offsets_topic_when_a_coordinator_is_first_asked_for) {
  EXPECT_EQ(broker->shard(0).image()->find("__consumer_offsets"), nullptr);

  EXPECT_EQ(find_coordinator("g"), ErrorCode::none);

  ASSERT_NE(broker->shard(1).image()->find("__consumer_offsets"), nullptr);
  EXPECT_EQ(broker->shard(1).image()->find("__consumer_offsets")->partitions, 50);
}

TEST_F(GroupRequests, keep_committed_offsets_over_restart_and_kill) {
  for (std::string group : {"a", "b", "c", "d"}) {
    find_coordinator(group);
    EXPECT_EQ(commit(group, 1, 42), ErrorCode::none);
    EXPECT_EQ(committed(group, 1), 42);
    EXPECT_EQ(committed(group, 0), -1);
  }

  restart();
  for (std::string group : {"a", "b", "c", "d"}) EXPECT_EQ(committed(group, 1), 42);
  commit("a", 1, 43);
  kill_and_start();

  EXPECT_EQ(committed("a", 1), 43);
  EXPECT_EQ(committed("b", 1), 42);
}

TEST_F(GroupRequests, answer_a_commit_only_after_its_sync) {
  find_coordinator("g");
  wire::OffsetCommitRequest request;
  request.group_id = "g";
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  topic.partitions.push_back({PartitionId(0), Offset(1)});
  auto owner = broker->group_owner(*broker->shard(0).image(), "g");
  auto syncs = disk.syncs();

  auto asked = send(request, 7, owner);
  EXPECT_FALSE(asked.answered());
  loop.run_ready();

  EXPECT_TRUE(asked.answered());
  EXPECT_GT(disk.syncs(), syncs);
}

TEST_F(GroupRequests, bring_a_member_from_join_to_assignment) {
  find_coordinator("g");
  auto required = ask(join_request("g"), 5);
  ASSERT_EQ(required.error_code, ErrorCode::member_id_required);
  auto joined = ask(join_request("g", required.member_id), 5);
  ASSERT_EQ(joined.error_code, ErrorCode::none);
  EXPECT_EQ(joined.leader, joined.member_id);

  wire::SyncGroupRequest sync;
  sync.group_id = "g";
  sync.generation_id = joined.generation_id;
  sync.member_id = joined.member_id;
  sync.assignments.push_back({joined.member_id, to_buffer(as_bytes("mine"))});
  auto synced = ask(sync, 3);

  EXPECT_EQ(synced.error_code, ErrorCode::none);
  EXPECT_EQ(as_text(synced.assignment), "mine");
  wire::DescribeGroupsRequest describe;
  describe.groups = {"g", "none"};
  auto described = ask(describe, 5);
  EXPECT_EQ(described.groups[0].group_state, "Stable");
  EXPECT_EQ(described.groups[0].members[0].client_host, "/127.0.0.1");
  EXPECT_EQ(described.groups[1].group_state, "Dead");
  EXPECT_EQ(ask(wire::ListGroupsRequest{}, 4).groups[0].group_id, "g");
}

TEST_F(GroupRequests, lose_a_silent_member_when_its_session_is_over) {
  find_coordinator("g");
  auto member = ask(join_request("g"), 3);
  ASSERT_EQ(member.error_code, ErrorCode::none);

  loop.advance(Milliseconds(10'001));

  wire::DescribeGroupsRequest describe;
  describe.groups = {"g"};
  EXPECT_TRUE(ask(describe, 5).groups[0].members.empty());
}

TEST_F(GroupRequests, send_waiting_members_away_when_the_broker_stops) {
  find_coordinator("g");
  auto leader = ask(join_request("g"), 3);
  auto second = send(join_request("g"), 3);
  loop.run_ready();
  ASSERT_FALSE(second.answered());

  broker->begin_stop();
  loop.run_ready();

  ASSERT_TRUE(second.answered());
  EXPECT_EQ(second.response().error_code, ErrorCode::coordinator_not_available);
}

TEST_F(GroupRequests, are_told_to_come_back_when_the_log_cannot_be_written) {
  find_coordinator("g");
  commit("g", 0, 7);
  disk.fail_call(1, Errc::no_space);

  EXPECT_EQ(commit("g", 0, 8), ErrorCode::coordinator_not_available);
  disk.heal();

  EXPECT_EQ(committed("g", 0), 7);
}

}  // namespace
}  // namespace millrace::broker
