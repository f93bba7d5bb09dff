#include <gmock/gmock.h>

#include "groups/story.h"

namespace millrace::groups {
namespace {

using testing::SizeIs;

/// A stable group of static members "a" (instance ia) and "b" (instance ib), "a" leading.
class StaticMembers : public testing::Test {
 protected:
  StaticMembers() {
    story.join("a", a).sync("a", {{"a", "a"}});
    story.join("b", b).join("a", a);
    bool a_leads = story.joined("a")->leader == story.id("a");
    EXPECT_TRUE(a_leads);
    story.sync("b").sync("a", {{"a", "a"}, {"b", "b"}});
  }

  JoinOptions a{.instance = "ia", .skipping = true};
  JoinOptions b{.instance = "ib", .skipping = true};
  Story story;
};

TEST_F(StaticMembers, keep_their_assignment_when_they_return_in_time) {
  story.after(5s).heartbeat("a");
  std::string old_id = story.id("b");

  story.forget("b").join("b", b).sync("b");

  EXPECT_EQ(story.state(), GroupState::stable);
  EXPECT_NE(story.id("b"), old_id);
  EXPECT_EQ(story.joined("b")->generation, GenerationId(2));
  EXPECT_EQ(story.assignment("b"), "b");
  EXPECT_EQ(story.heartbeat("a"), ErrorCode::none);
}

TEST_F(StaticMembers, are_recorded_under_their_new_id) {
  story.forget("b").join("b", b);

  story.restart();

  EXPECT_EQ(story.heartbeat("b"), ErrorCode::none);
  story.sync("b");
  EXPECT_EQ(story.assignment("b"), "b");
}

TEST_F(StaticMembers, that_lead_return_as_leader_but_need_not_assign) {
  story.forget("a").join("a", a);

  EXPECT_TRUE(story.joined("a")->skip_assignment);
  EXPECT_EQ(story.joined("a")->leader, story.id("a"));
  EXPECT_THAT(story.joined("a")->members, SizeIs(2));
  EXPECT_EQ(story.state(), GroupState::stable);
}

TEST_F(StaticMembers, that_lead_with_an_old_client_return_believing_they_follow) {
  std::string former = story.id("a");
  a.skipping = false;

  story.forget("a").join("a", a);

  EXPECT_FALSE(story.joined("a")->skip_assignment);
  EXPECT_EQ(story.joined("a")->leader, former);
  EXPECT_THAT(story.joined("a")->members, SizeIs(0));
}

TEST_F(StaticMembers, are_fenced_by_a_second_process_with_their_instance_id) {
  story.join("twin", b);

  EXPECT_EQ(story.join_error("twin"), ErrorCode::none);
  EXPECT_EQ(story.heartbeat("b"), ErrorCode::fenced_instance_id);
  EXPECT_EQ(story.commit("b", {"t", PartitionId(0)}, 1), ErrorCode::fenced_instance_id);
  story.sync("b");
  EXPECT_EQ(story.synced("b")->error, ErrorCode::fenced_instance_id);
  story.join("b", b);
  EXPECT_EQ(story.join_error("b"), ErrorCode::fenced_instance_id);
}

TEST_F(StaticMembers, that_wait_are_told_when_they_are_fenced) {
  story.join("c");
  story.join("b", b);
  ASSERT_TRUE(story.is_waiting("b"));

  story.join("twin", b);

  EXPECT_EQ(story.join_error("b"), ErrorCode::fenced_instance_id);
  EXPECT_TRUE(story.is_waiting("twin"));
}

TEST_F(StaticMembers, that_return_while_the_leader_assigns_start_a_new_round) {
  story.join("c").join("a", a).join("b", b);
  ASSERT_EQ(story.state(), GroupState::completing_rebalance);

  story.forget("b").join("b", b);

  EXPECT_EQ(story.state(), GroupState::preparing_rebalance);
}

TEST_F(StaticMembers, that_return_with_another_protocol_start_a_rebalance) {
  b.protocols = {{"sticky", {}}, {"range", {}}};
  story.forget("b").join("b", b);
  EXPECT_EQ(story.state(), GroupState::stable);  // all still know only "range"

  a.protocols = b.protocols;
  story.forget("a").join("a", a);

  EXPECT_EQ(story.state(), GroupState::preparing_rebalance);
}

TEST_F(StaticMembers, keep_their_seat_in_a_rebalance_they_miss_until_their_session_ends) {
  JoinOptions slow{.instance = "ib", .session = 300s};
  story.join("b", slow);  // a changed session is taken with the next round
  story.join("c");
  story.join("b", slow).join("a", a);
  story.settle({"a", "b", "c"}, a);
  ASSERT_EQ(story.state(), GroupState::stable);

  story.join("d");
  story.join("a", a).join("c");
  for (int i = 0; i < 6; ++i) story.after(10s);

  EXPECT_THAT(story.joined("a")->members.size() + story.joined("c")->members.size() +
                  story.joined("d")->members.size(),
              4U);  // whoever leads hears of a, b, c and d
}

TEST_F(StaticMembers, leave_by_their_instance_id_alone) {
  LeaveReply reply = story.leave({{"", "ib"}});

  EXPECT_EQ(reply.members.at(0), ErrorCode::none);
  EXPECT_THAT(story.described().members, SizeIs(1));
}

TEST_F(StaticMembers, do_not_leave_under_a_stale_id) {
  std::string old_id = story.id("b");
  story.forget("b").join("b", b);

  LeaveReply reply = story.leave({{old_id, "ib"}});

  EXPECT_EQ(reply.members.at(0), ErrorCode::fenced_instance_id);
}

TEST_F(StaticMembers, end_with_their_session) {
  story.after(9s).heartbeat("a");
  story.after(1s);

  EXPECT_EQ(story.heartbeat("a"), ErrorCode::rebalance_in_progress);
  EXPECT_THAT(story.described().members, SizeIs(1));
}

}  // namespace
}  // namespace millrace::groups
