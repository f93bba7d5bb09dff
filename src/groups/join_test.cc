#include <gmock/gmock.h>

#include "groups/story.h"

namespace millrace::groups {
namespace {

using testing::ElementsAre;

std::vector<Protocol> offering(std::vector<std::string> names) {
  std::vector<Protocol> protocols;
  for (auto& name : names) protocols.push_back({name, to_buffer(as_bytes(name + " data"))});
  return protocols;
}

TEST(Join, gives_a_first_member_an_id_to_come_again_with) {
  Story story;

  story.send_join("a", {.group_id = "g",
                        .client_id = "app",
                        .session_timeout = 10s,
                        .rebalance_timeout = 60s,
                        .protocol_type = "consumer",
                        .protocols = offering({"range"}),
                        .requires_known_member_id = true});

  EXPECT_EQ(story.join_error("a"), ErrorCode::member_id_required);
  EXPECT_EQ(story.joined("a")->member_id, "app-id1");
  EXPECT_EQ(story.state(), GroupState::empty);
}

TEST(Join, forgets_an_id_that_nobody_comes_back_with) {
  Story story;
  story.send_join("a", {.group_id = "g",
                        .client_id = "app",
                        .session_timeout = 10s,
                        .protocol_type = "consumer",
                        .protocols = offering({"range"}),
                        .requires_known_member_id = true});

  story.after(10s);
  story.join("a");

  EXPECT_EQ(story.join_error("a"), ErrorCode::unknown_member_id);
  EXPECT_EQ(story.state(), GroupState::dead);  // nothing of it remains
}

TEST(Join, starts_a_generation_with_the_first_member_as_leader) {
  Story story;

  story.join("a");

  auto reply = *story.joined("a");
  EXPECT_EQ(reply.error, ErrorCode::none);
  EXPECT_EQ(reply.generation, GenerationId(1));
  EXPECT_EQ(reply.leader, story.id("a"));
  EXPECT_EQ(reply.protocol_name, "range");
  EXPECT_EQ(reply.protocol_type, "consumer");
  ASSERT_EQ(reply.members.size(), 1U);
  EXPECT_EQ(as_text(reply.members[0].metadata), "any");
  EXPECT_EQ(story.state(), GroupState::completing_rebalance);
}

TEST(Join, waits_for_the_members_that_are_there_already) {
  Story story;
  story.stable({"a"});

  story.join("b");

  EXPECT_TRUE(story.is_waiting("b"));
  EXPECT_EQ(story.heartbeat("a"), ErrorCode::rebalance_in_progress);
  story.join("a");
  EXPECT_EQ(story.joined("b")->generation, GenerationId(2));
  EXPECT_EQ(story.joined("a")->members.size(), 2U);
  EXPECT_TRUE(story.joined("b")->members.empty());
}

TEST(Join, waits_for_a_member_that_was_given_an_id_but_has_not_joined) {
  Story story;
  story.stable({"a"});
  story.send_join("b", {.group_id = "g",
                        .client_id = "b",
                        .session_timeout = 10s,
                        .rebalance_timeout = 60s,
                        .protocol_type = "consumer",
                        .protocols = offering({"range"}),
                        .requires_known_member_id = true});

  story.join("a");
  EXPECT_TRUE(story.is_waiting("a"));
  story.after(10s);

  EXPECT_FALSE(story.is_waiting("a"));
}

TEST(Join, waits_out_the_initial_delay_and_longer_while_members_arrive) {
  GroupsConfig config;
  config.initial_rebalance_delay = 3s;
  Story story(config);

  story.join("a");
  story.after(2s).join("b");
  story.after(2s);
  EXPECT_TRUE(story.is_waiting("a") && story.is_waiting("b"));
  story.after(2s);

  EXPECT_EQ(story.joined("a")->generation, GenerationId(1));
  EXPECT_EQ(story.joined("b")->generation, GenerationId(1));
}

TEST(Join, extends_the_initial_delay_no_longer_than_the_rebalance_timeout) {
  GroupsConfig config;
  config.initial_rebalance_delay = 3s;
  Story story(config);

  story.join("0", {.rebalance = 5s});
  for (int i = 1; i < 5; ++i) story.after(1s).join(std::to_string(i), {.rebalance = 5s});
  EXPECT_TRUE(story.is_waiting("0"));
  story.after(1s);

  EXPECT_FALSE(story.is_waiting("0"));
}

TEST(Join, refuses_what_cannot_be_right) {
  struct Case {
    const char* why;
    std::function<void(JoinRequest&)> change;
    ErrorCode error;
  };
  const std::vector<Case> cases{
      {"no group", [](auto& r) { r.group_id = ""; }, ErrorCode::invalid_group_id},
      {"group id one too long", [](auto& r) { r.group_id.assign(4097, 'g'); },
       ErrorCode::invalid_group_id},
      {"client id one too long", [](auto& r) { r.client_id.assign(4097, 'c'); },
       ErrorCode::invalid_request},
      {"session too short", [](auto& r) { r.session_timeout = 5999ms; },
       ErrorCode::invalid_session_timeout},
      {"session too long", [](auto& r) { r.session_timeout = 1'800'001ms; },
       ErrorCode::invalid_session_timeout},
      {"unknown member of an unknown group", [](auto& r) { r.member_id = "x"; },
       ErrorCode::unknown_member_id},
      {"no protocols", [](auto& r) { r.protocols.clear(); },
       ErrorCode::inconsistent_group_protocol},
      {"no protocol type", [](auto& r) { r.protocol_type = ""; },
       ErrorCode::inconsistent_group_protocol},
      {"one protocol too many",
       [](auto& r) { r.protocols = offering(std::vector<std::string>(101, "range")); },
       ErrorCode::invalid_request},
      {"one byte too much offered", [](auto& r) { r.protocols[0].metadata.resize(8'388'609); },
       ErrorCode::invalid_request},
      {"as many protocols as may be",
       [](auto& r) { r.protocols = offering(std::vector<std::string>(100, "range")); },
       ErrorCode::none},
      {"as much offered as may be", [](auto& r) { r.protocols[0].metadata.resize(8'388'608); },
       ErrorCode::none},
      {"names at the limit", [](auto& r) { r.client_id.assign(4096, 'c'); }, ErrorCode::none},
      {"shortest session", [](auto& r) { r.session_timeout = 6000ms; }, ErrorCode::none},
      {"longest session", [](auto& r) { r.session_timeout = 1'800'000ms; }, ErrorCode::none},
  };
  for (const Case& c : cases) {
    Story story;
    JoinRequest request{.group_id = "g",
                        .client_id = "a",
                        .session_timeout = 10s,
                        .rebalance_timeout = 60s,
                        .protocol_type = "consumer",
                        .protocols = offering({"range"})};
    c.change(request);

    story.send_join("a", request);

    EXPECT_EQ(story.joined("a")->error, c.error) << c.why;
  }
}

TEST(Join, refuses_another_type_and_members_without_a_protocol_in_common) {
  Story story;
  story.stable({"a"}, {.protocols = offering({"range", "sticky"})});

  story.join("b", {.type = "connect"});
  story.join("c", {.protocols = offering({"cooperative"})});

  EXPECT_EQ(story.join_error("b"), ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(story.join_error("c"), ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(story.heartbeat("a"), ErrorCode::none);
}

TEST(Join, chooses_the_protocol_with_most_votes_among_those_all_know) {
  Story story;
  story.stable({"a"}, {.protocols = offering({"range", "sticky"})});
  story.join("b", {.protocols = offering({"exotic", "sticky", "range"})});
  story.join("c", {.protocols = offering({"sticky", "range"})});

  story.join("a", {.protocols = offering({"range", "sticky"})});

  const JoinReply reply = *story.joined("a");
  EXPECT_EQ(reply.protocol_name, "sticky");
  for (const auto& member : reply.members) {
    EXPECT_EQ(as_text(member.metadata), "sticky data");
  }
}

TEST(Join, tells_a_follower_its_generation_again_without_a_rebalance) {
  Story story;
  story.stable({"a", "b"});
  std::string follower = story.joined("a")->leader == story.id("a") ? "b" : "a";

  story.join(follower);

  EXPECT_EQ(story.joined(follower)->generation, GenerationId(2));
  EXPECT_EQ(story.state(), GroupState::stable);
}

TEST(Join, rebalances_when_the_leader_joins_again_or_a_follower_changes_its_offer) {
  for (bool leader : {true, false}) {
    Story story;
    story.stable({"a", "b"});
    std::string lead = story.joined("a")->leader == story.id("a") ? "a" : "b";
    std::string follow = lead == "a" ? "b" : "a";

    if (leader) story.join(lead);
    if (!leader) story.join(follow, {.protocols = {{"range", to_buffer(as_bytes("other"))}}});

    EXPECT_EQ(story.state(), GroupState::preparing_rebalance);
  }
}

TEST(Join, answers_an_earlier_join_of_the_same_member_when_it_joins_again) {
  Story story;
  story.stable({"a"});
  story.join("b");  // waits for a
  size_t waiting = story.waiting_count();

  story.join("b");

  EXPECT_EQ(story.waiting_count(), waiting);
}

TEST(Join, keeps_to_the_size_limit_of_a_group) {
  GroupsConfig config;
  config.group_size_max = 2;
  Story story(config);
  story.stable({"a", "b"});

  story.join("c");
  EXPECT_EQ(story.join_error("c"), ErrorCode::group_max_size_reached);

  EXPECT_EQ(story.leave("b"), ErrorCode::none);
  story.join("c");
  EXPECT_TRUE(story.is_waiting("c"));
}

TEST(Join, keeps_to_the_limit_of_ids_handed_out) {
  GroupsConfig config;
  config.group_size_max = 2;
  Story story(config);
  JoinRequest request{.group_id = "g",
                      .client_id = "a",
                      .session_timeout = 10s,
                      .protocol_type = "consumer",
                      .protocols = offering({"range"}),
                      .requires_known_member_id = true};

  for (const char* client : {"a", "b", "c"}) story.send_join(client, request);

  EXPECT_EQ(story.join_error("b"), ErrorCode::member_id_required);
  EXPECT_EQ(story.join_error("c"), ErrorCode::group_max_size_reached);
}

TEST(Join, keeps_to_the_limit_of_groups) {
  GroupsConfig config;
  config.groups_max = 1;
  Story story(config);
  story.stable({"a"});

  story.send_join("b", {.group_id = "h",
                        .session_timeout = 10s,
                        .protocol_type = "consumer",
                        .protocols = offering({"range"})});

  EXPECT_EQ(story.join_error("b"), ErrorCode::policy_violation);
  EXPECT_THAT(
      story.commit({.group_id = "h",
                    .member_id = "",
                    .instance_id = std::nullopt,
                    .retention = std::nullopt,
                    .offsets = {{.partition = {"t", PartitionId(0)}, .offset = Offset(1)}}}),
      ElementsAre(ErrorCode::policy_violation));
}

TEST(Join, gives_up_a_new_member_of_an_old_client_that_never_hears_its_answer) {
  Story story;
  story.stable({"a"}, {.session = 1'800s, .rebalance = 3'600s});
  story.join("b", {.rebalance = 3'600s, .known_id = false});

  story.after(299s);
  EXPECT_TRUE(story.is_waiting("b"));
  story.after(1s);

  EXPECT_EQ(story.join_error("b"), ErrorCode::unknown_member_id);
}

}  // namespace
}  // namespace millrace::groups
