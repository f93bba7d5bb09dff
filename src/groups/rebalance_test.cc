#include <gmock/gmock.h>

#include "groups/story.h"

namespace millrace::groups {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::string leader_of(const Story& story, const std::vector<std::string>& clients) {
  for (const auto& c : clients) {
    if (story.joined(c) && story.joined(c)->leader == story.id(c)) return c;
  }
  return "";
}

TEST(Sync, hands_every_member_what_the_leader_gave_it) {
  Story story;

  story.stable({"a", "b", "c"});

  EXPECT_EQ(story.state(), GroupState::stable);
  EXPECT_EQ(story.assignment("a"), "a");
  EXPECT_EQ(story.assignment("b"), "b");
  EXPECT_EQ(story.assignment("c"), "c");
}

TEST(Sync, gives_nothing_to_a_member_the_leader_left_out) {
  Story story;
  story.stable({"a"});
  story.join("b").join("a");

  story.sync("b").sync("a", {{"a", "all"}});

  EXPECT_EQ(story.assignment("a"), "all");
  EXPECT_EQ(story.assignment("b"), "");
}

TEST(Sync, repeats_the_assignment_in_a_stable_group) {
  Story story;
  story.stable({"a", "b"});

  story.sync("b");

  EXPECT_EQ(story.assignment("b"), "b");
}

TEST(Sync, refuses_what_does_not_fit_the_group) {
  Story story;
  story.stable({"a"});
  SyncRequest good{.group_id = "g",
                   .generation = story.generation("a"),
                   .member_id = story.id("a"),
                   .instance_id = std::nullopt,
                   .protocol_type = "consumer",
                   .protocol_name = "range"};
  struct Case {
    const char* why;
    std::function<void(SyncRequest&)> change;
    ErrorCode error;
  };
  const std::vector<Case> cases{
      {"as it should be", [](auto&) {}, ErrorCode::none},
      {"no group id", [](auto& r) { r.group_id = ""; }, ErrorCode::invalid_group_id},
      {"unknown group", [](auto& r) { r.group_id = "h"; }, ErrorCode::unknown_member_id},
      {"unknown member", [](auto& r) { r.member_id = "x"; }, ErrorCode::unknown_member_id},
      {"old generation", [](auto& r) { r.generation = GenerationId(0); },
       ErrorCode::illegal_generation},
      {"other type", [](auto& r) { r.protocol_type = "connect"; },
       ErrorCode::inconsistent_group_protocol},
      {"other protocol", [](auto& r) { r.protocol_name = "sticky"; },
       ErrorCode::inconsistent_group_protocol},
      {"unknown instance", [](auto& r) { r.instance_id = "i"; }, ErrorCode::unknown_member_id},
  };
  for (const Case& c : cases) {
    SyncRequest request = good;
    c.change(request);
    story.send_sync("a", request);
    ASSERT_TRUE(story.synced("a")) << c.why;
    EXPECT_EQ(story.synced("a")->error, c.error) << c.why;
  }
}

TEST(Sync, is_cancelled_when_a_member_arrives_before_the_assignment) {
  Story story;
  story.stable({"a"});
  story.join("b").join("a");
  std::string leader = leader_of(story, {"a", "b"});
  std::string follower = leader == "a" ? "b" : "a";
  story.sync(follower);

  story.join("c");

  EXPECT_EQ(story.synced(follower)->error, ErrorCode::rebalance_in_progress);
  story.sync(leader);
  EXPECT_EQ(story.synced(leader)->error, ErrorCode::rebalance_in_progress);
}

TEST(Sync, removes_members_that_do_not_ask_within_the_rebalance_timeout) {
  Story story;
  story.stable({"a"}, {.session = 1'800s});
  story.join("b", {.session = 1'800s}).join("a", {.session = 1'800s});
  std::string leader = leader_of(story, {"a", "b"});
  std::string follower = leader == "a" ? "b" : "a";
  story.sync(leader, {{"a", "a"}, {"b", "b"}});

  story.after(60s);

  EXPECT_EQ(story.heartbeat(follower), ErrorCode::unknown_member_id);
  EXPECT_EQ(story.heartbeat(leader), ErrorCode::rebalance_in_progress);
}

TEST(Sync, refuses_an_assignment_that_no_record_can_hold) {
  GroupsConfig config;
  config.group_record_bytes_max = 2'000;
  Story story(config);
  story.join("a");

  story.sync("a", {{"a", std::string(2'000, 'x')}});

  EXPECT_EQ(story.synced("a")->error, ErrorCode::unknown_server_error);
  EXPECT_EQ(story.state(), GroupState::preparing_rebalance);
  story.join("a").sync("a", {{"a", std::string(1'500, 'x')}});
  EXPECT_EQ(story.state(), GroupState::stable);
}

TEST(Session, ends_for_a_silent_member_and_the_rest_rebalances) {
  Story story;
  story.stable({"a", "b"});

  story.after(9s).heartbeat("a");
  story.after(2s);

  EXPECT_EQ(story.heartbeat("b"), ErrorCode::unknown_member_id);
  EXPECT_EQ(story.heartbeat("a"), ErrorCode::rebalance_in_progress);
  story.settle({"a"});
  EXPECT_EQ(story.assignment("a"), "a");
  EXPECT_THAT(story.described().members, SizeIs(1));
}

TEST(Session, ends_with_the_group_empty_when_everybody_is_gone) {
  Story story;
  story.stable({"a", "b"});

  story.after(10s);

  EXPECT_EQ(story.state(), GroupState::empty);
  EXPECT_TRUE(story.coordinator().durable_state().group("g")->members.empty());
}

TEST(Session, passes_to_another_leader_when_the_leader_dies) {
  Story story;
  story.stable({"a", "b"});
  std::string leader = leader_of(story, {"a", "b"});
  std::string other = leader == "a" ? "b" : "a";

  story.after(9s).heartbeat(other);
  story.after(1s).join(other);

  EXPECT_EQ(story.joined(other)->leader, story.id(other));
  EXPECT_EQ(story.joined(other)->members.size(), 1U);
}

TEST(Session, is_kept_alive_by_commits) {
  Story story;
  story.stable({"a"});

  for (int i = 0; i < 3; ++i) {
    story.after(9s);
    EXPECT_EQ(story.commit("a", {"t", PartitionId(0)}, i), ErrorCode::none);
  }

  EXPECT_EQ(story.state(), GroupState::stable);
}

TEST(Rebalance, goes_on_without_laggards_after_the_longest_rebalance_timeout) {
  Story story;
  story.stable({"a", "b"}, {.session = 1'800s, .rebalance = 30s});

  story.join("c", {.rebalance = 20s});
  story.join("a", {.session = 1'800s, .rebalance = 30s});
  story.after(29s);
  EXPECT_TRUE(story.is_waiting("c"));
  story.after(1s);

  EXPECT_EQ(story.joined("c")->generation, GenerationId(3));
  EXPECT_EQ(story.heartbeat("b"), ErrorCode::unknown_member_id);
}

TEST(Rebalance, takes_the_session_timeout_where_a_client_has_no_rebalance_timeout) {
  Story story;
  story.stable({"a"}, {.session = 20s, .rebalance = 0s});

  story.after(10s).heartbeat("a");
  story.join("b", {.session = 20s, .rebalance = -1ms});
  story.after(19s).heartbeat("a");
  EXPECT_TRUE(story.is_waiting("b"));
  story.after(1s);

  EXPECT_FALSE(story.is_waiting("b"));
}

TEST(Leave, lets_the_others_rebalance) {
  Story story;
  story.stable({"a", "b"});

  EXPECT_EQ(story.leave("b"), ErrorCode::none);

  EXPECT_EQ(story.heartbeat("a"), ErrorCode::rebalance_in_progress);
  story.settle({"a"});
  EXPECT_EQ(story.state(), GroupState::stable);
}

TEST(Leave, of_the_last_member_empties_the_group) {
  Story story;
  story.stable({"a"});

  EXPECT_EQ(story.leave("a"), ErrorCode::none);

  EXPECT_EQ(story.state(), GroupState::empty);
  EXPECT_EQ(story.described().protocol_type, "consumer");
}

TEST(Leave, says_for_each_member_whether_it_was_one) {
  Story story;
  story.stable({"a", "b"});

  LeaveReply reply = story.leave({{story.id("a"), std::nullopt},
                                  {"nobody", std::nullopt},
                                  {story.id("a"), std::nullopt},
                                  {"", std::nullopt},
                                  {"", "no instance"}});

  EXPECT_EQ(reply.error, ErrorCode::none);
  EXPECT_THAT(reply.members, ElementsAre(ErrorCode::none, ErrorCode::unknown_member_id,
                                         ErrorCode::unknown_member_id, ErrorCode::unknown_member_id,
                                         ErrorCode::unknown_member_id));
}

TEST(Leave, gives_back_an_id_that_others_wait_for) {
  Story story;
  story.stable({"a"});
  story.send_join("b", {.group_id = "g",
                        .client_id = "b",
                        .session_timeout = 10s,
                        .protocol_type = "consumer",
                        .protocols = {{"range", {}}},
                        .requires_known_member_id = true});
  story.join("a");
  ASSERT_TRUE(story.is_waiting("a"));

  EXPECT_EQ(story.leave("b"), ErrorCode::none);

  EXPECT_FALSE(story.is_waiting("a"));
}

TEST(Leave, answers_what_the_member_was_waiting_for) {
  Story story;
  story.stable({"a"});
  story.join("b");

  EXPECT_EQ(story.leave("b"), ErrorCode::none);

  EXPECT_EQ(story.join_error("b"), ErrorCode::unknown_member_id);
}

TEST(Heartbeat, is_refused_for_strangers_and_old_generations) {
  Story story;
  EXPECT_EQ(story.heartbeat("nobody"), ErrorCode::unknown_member_id);
  story.stable({"a"});
  story.join("b");
  story.join("a");
  story.settle({"a", "b"});

  EXPECT_EQ(story.heartbeat("a"), ErrorCode::none);
  ReplyToken token(99);
  Effects effects =
      story.coordinator().heartbeat(token, {"g", GenerationId(1), story.id("a"), {}}, story.now());
  EXPECT_EQ(std::get<HeartbeatReply>(effects.replies.at(0).body).error,
            ErrorCode::illegal_generation);
}

TEST(Heartbeat, is_welcome_while_the_leader_assigns) {
  Story story;
  story.join("a");
  ASSERT_EQ(story.state(), GroupState::completing_rebalance);

  EXPECT_EQ(story.heartbeat("a"), ErrorCode::none);
}

TEST(Restart, keeps_members_generation_and_assignments) {
  Story story;
  story.stable({"a", "b"});

  story.restart();

  EXPECT_EQ(story.state(), GroupState::stable);
  EXPECT_EQ(story.heartbeat("a"), ErrorCode::none);
  story.sync("b");
  EXPECT_EQ(story.assignment("b"), "b");
}

TEST(Restart, gives_every_member_a_full_session_to_be_heard_of) {
  Story story;
  story.stable({"a", "b"});
  story.after(9s);
  story.restart();

  story.after(9s);
  EXPECT_EQ(story.heartbeat("a"), ErrorCode::none);
  story.after(1s);

  EXPECT_EQ(story.heartbeat("b"), ErrorCode::unknown_member_id);
}

TEST(Restart, in_the_middle_of_a_rebalance_goes_back_to_the_last_generation) {
  Story story;
  story.stable({"a"});
  story.join("b");
  story.restart();

  EXPECT_EQ(story.heartbeat("a"), ErrorCode::none);
  story.join("b");
  EXPECT_EQ(story.join_error("b"), ErrorCode::unknown_member_id);
}

TEST(Abandon, answers_everything_that_waits) {
  Story story;
  story.stable({"a"});
  story.join("b");
  story.join("c");

  auto replies = story.coordinator().abandon(ErrorCode::coordinator_not_available);

  EXPECT_THAT(replies, SizeIs(2));
  story.restart();
}

}  // namespace
}  // namespace millrace::groups
