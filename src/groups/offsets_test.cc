#include <gmock/gmock.h>

#include "groups/story.h"

namespace millrace::groups {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const TopicPartition t0{"t", PartitionId(0)};
const TopicPartition t1{"t", PartitionId(1)};
const TopicPartition u0{"u", PartitionId(0)};
constexpr Duration week = 7 * 24h;

/// A consumer's metadata that subscribes to `topic`: version 0, one topic, no user data.
std::vector<Protocol> subscribing_to(const std::string& topic) {
  Buffer bytes(8);
  store_be<int16_t>(bytes.data(), 0);
  store_be<int32_t>(bytes.data() + 2, 1);
  store_be<int16_t>(bytes.data() + 6, static_cast<int16_t>(topic.size()));
  for (char c : topic) bytes.push_back(static_cast<std::byte>(c));
  bytes.insert(bytes.end(), 4, std::byte{0xff});
  return {{"range", bytes}};
}

CommitRequest simple_commit(std::vector<OffsetToCommit> offsets) {
  return {.group_id = "g",
          .member_id = "",
          .instance_id = std::nullopt,
          .retention = std::nullopt,
          .offsets = std::move(offsets)};
}

TEST(Commit, by_a_member_is_kept_over_a_restart) {
  Story story;
  story.stable({"a"});

  EXPECT_EQ(story.commit("a", t0, 42), ErrorCode::none);
  story.restart();

  EXPECT_EQ(story.committed(t0), 42);
  EXPECT_EQ(story.committed(t1), -1);
}

TEST(Commit, by_a_consumer_that_assigns_itself_needs_no_membership) {
  Story story;

  story.commit(simple_commit({{.partition = t0,
                               .offset = Offset(7),
                               .leader_epoch = LeaderEpoch(3),
                               .metadata = "note"}}));

  auto offset = *story.coordinator().committed("g", t0);
  EXPECT_EQ(offset.leader_epoch, LeaderEpoch(3));
  EXPECT_EQ(offset.metadata, "note");
  EXPECT_EQ(offset.committed_at, story.now().wall);
  EXPECT_EQ(story.state(), GroupState::empty);
  EXPECT_EQ(story.described().protocol_type, "");
}

TEST(Commit, from_outside_does_not_touch_a_living_group) {
  Story story;
  story.stable({"a"});

  EXPECT_THAT(story.commit(simple_commit({{.partition = t0, .offset = Offset(7)}})),
              ElementsAre(ErrorCode::unknown_member_id));
}

TEST(Commit, is_refused_for_strangers_old_generations_and_while_the_leader_assigns) {
  Story story;
  CommitRequest stranger = simple_commit({{.partition = t0, .offset = Offset(7)}});
  stranger.generation = GenerationId(3);
  stranger.member_id = "x";
  EXPECT_THAT(story.commit(stranger), ElementsAre(ErrorCode::illegal_generation));

  story.join("a");
  EXPECT_EQ(story.commit("a", t0, 1), ErrorCode::rebalance_in_progress);
  story.sync("a");
  EXPECT_THAT(story.commit(stranger), ElementsAre(ErrorCode::unknown_member_id));
  stranger.member_id = story.id("a");
  EXPECT_THAT(story.commit(stranger), ElementsAre(ErrorCode::illegal_generation));
}

TEST(Commit, is_still_taken_while_members_join) {
  Story story;
  story.stable({"a"});
  story.join("b");

  EXPECT_EQ(story.commit("a", t0, 5), ErrorCode::none);
}

TEST(Commit, refuses_only_the_partitions_whose_metadata_is_too_large) {
  Story story;

  auto errors = story.commit(
      simple_commit({{.partition = t0, .offset = Offset(1), .metadata = std::string(4096, 'm')},
                     {.partition = t1, .offset = Offset(1), .metadata = std::string(4097, 'm')}}));

  EXPECT_THAT(errors, ElementsAre(ErrorCode::none, ErrorCode::offset_metadata_too_large));
  EXPECT_EQ(story.committed(t0), 1);
  EXPECT_EQ(story.committed(t1), -1);
}

TEST(Commit, takes_an_empty_group_id_as_kafka_does) {
  Story story;
  CommitRequest request = simple_commit({{.partition = t0, .offset = Offset(1)}});
  request.group_id = "";

  EXPECT_THAT(story.commit(request), ElementsAre(ErrorCode::none));
}

TEST(Retention, counts_from_the_moment_a_group_became_empty) {
  Story story;
  story.stable({"a"}, {.session = 1'800s});
  story.commit("a", t0, 1);
  for (int i = 0; i < 24 * 8; ++i) story.after(1h / 2).heartbeat("a"), story.after(1h / 2 - 1s);
  EXPECT_EQ(story.committed(t0), -1 + 2);

  story.leave("a");
  story.after(week - 1h);
  EXPECT_EQ(story.committed(t0), 1);
  story.after(2h);

  EXPECT_EQ(story.committed(t0), -1);
  EXPECT_EQ(story.state(), GroupState::dead);
  EXPECT_TRUE(story.coordinator().durable_state().groups().empty());
}

TEST(Retention, counts_from_the_commit_where_there_never_was_a_member) {
  Story story;
  story.commit(simple_commit({{.partition = t0, .offset = Offset(1)}}));
  story.after(24h);
  story.commit(simple_commit({{.partition = t1, .offset = Offset(1)}}));

  story.after(week - 24h + 10min);

  EXPECT_EQ(story.committed(t0), -1);
  EXPECT_EQ(story.committed(t1), 1);
}

TEST(Retention, honours_the_wish_of_an_old_client) {
  Story story;
  CommitRequest request = simple_commit({{.partition = t0, .offset = Offset(1)}});
  request.retention = 1h;
  story.commit(request);
  story.restart();

  story.after(1h - 1min);
  EXPECT_EQ(story.committed(t0), 1);
  story.after(11min);

  EXPECT_EQ(story.committed(t0), -1);
}

TEST(Retention, gives_its_full_time_to_an_offset_that_was_set_by_hand_later) {
  Story story;
  story.stable({"a"});
  story.commit("a", t0, 1);
  story.leave("a");
  story.after(week - 1h);
  story.commit(simple_commit({{.partition = t1, .offset = Offset(5)}}));

  story.after(2h);

  EXPECT_EQ(story.committed(t0), -1);
  EXPECT_EQ(story.committed(t1), 5);
}

TEST(Retention, takes_topics_that_a_living_consumer_group_no_longer_reads) {
  Story story;
  JoinOptions options{.protocols = subscribing_to("t"), .session = 1'800s};
  story.stable({"a"}, options);
  story.commit("a", t0, 1);
  story.commit("a", u0, 1);

  for (int i = 0; i < 24 * 7 * 2 + 1; ++i) story.after(30min - 1s).heartbeat("a");
  story.after(10min);

  EXPECT_EQ(story.committed(t0), 1);
  EXPECT_EQ(story.committed(u0), -1);
}

TEST(Retention, works_through_more_than_one_check_can_take) {
  GroupsConfig config;
  config.expired_offsets_per_check_max = 10;
  Story story(config);
  for (int i = 0; i < 25; ++i) {
    story.commit(simple_commit({{.partition = {"t", PartitionId(i)}, .offset = Offset(1)}}));
  }

  story.after(week + 10min);

  EXPECT_THAT(story.coordinator().all_committed("g"), IsEmpty());
}

TEST(DeleteGroups, takes_empty_groups_with_all_they_committed) {
  Story story;
  story.stable({"a"});
  story.commit("a", t0, 1);

  EXPECT_THAT(story.delete_groups({"g", "unknown"}),
              ElementsAre(ErrorCode::non_empty_group, ErrorCode::group_id_not_found));
  story.leave("a");
  EXPECT_THAT(story.delete_groups({"g", "g"}),
              ElementsAre(ErrorCode::none, ErrorCode::group_id_not_found));

  story.restart();
  EXPECT_EQ(story.state(), GroupState::dead);
  EXPECT_EQ(story.committed(t0), -1);
}

TEST(DeleteOffsets, takes_only_topics_that_nobody_reads) {
  Story story;
  EXPECT_EQ(story.delete_offsets({t0}).error, ErrorCode::group_id_not_found);
  story.stable({"a"}, {.protocols = subscribing_to("t")});
  story.commit("a", t0, 1);
  story.commit("a", u0, 1);

  auto reply = story.delete_offsets({t0, u0});

  EXPECT_THAT(reply.partitions, ElementsAre(ErrorCode::group_subscribed_to_topic, ErrorCode::none));
  EXPECT_EQ(story.committed(t0), 1);
  EXPECT_EQ(story.committed(u0), -1);
}

TEST(DeleteOffsets, refuses_living_groups_of_other_types) {
  Story story;
  story.stable({"a"}, {.type = "connect"});

  EXPECT_EQ(story.delete_offsets({t0}).error, ErrorCode::non_empty_group);
}

TEST(DeletedTopic, takes_its_offsets_with_it) {
  Story story;
  story.stable({"a"});
  story.commit("a", t0, 1);
  story.commit("a", t1, 1);
  story.commit("a", u0, 1);

  story.delete_topic("t");
  story.restart();

  auto left = story.coordinator().all_committed("g");
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].first, u0);
}

TEST(Describe, shows_subscriptions_and_assignments_of_a_stable_group_only) {
  Story story;
  EXPECT_FALSE(story.coordinator().describe("g"));
  story.stable({"a"});

  auto stable = story.described();
  EXPECT_EQ(stable.protocol_name, "range");
  EXPECT_EQ(stable.members.at(0).client_id, "a");
  EXPECT_EQ(stable.members.at(0).client_host, "/127.0.0.1");
  EXPECT_EQ(as_text(stable.members.at(0).assignment), "a");
  EXPECT_EQ(as_text(stable.members.at(0).metadata), "any");

  story.join("b");
  auto moving = story.described();
  EXPECT_EQ(moving.state, GroupState::preparing_rebalance);
  EXPECT_EQ(moving.protocol_name, "");
  for (const auto& member : moving.members) EXPECT_THAT(member.assignment, IsEmpty());
}

TEST(List, filters_by_state_and_type_in_any_case) {
  Story story;
  story.stable({"a"});
  CommitRequest other = simple_commit({{.partition = t0, .offset = Offset(1)}});
  other.group_id = "f";
  auto effects = story.coordinator().commit_offsets(ReplyToken(1'000'000), other, story.now());
  ASSERT_THAT(effects.records, SizeIs(1));

  auto ids = [&](ListFilter filter) {
    std::vector<std::string> found;
    for (const auto& g : story.coordinator().list(filter)) found.push_back(g.group_id);
    return found;
  };

  EXPECT_THAT(ids({}), ElementsAre("f", "g"));
  EXPECT_THAT(ids({.states = {"stable"}, .types = {}}), ElementsAre("g"));
  EXPECT_THAT(ids({.states = {"EMPTY", "Dead"}, .types = {"Classic"}}), ElementsAre("f"));
  EXPECT_THAT(ids({.states = {}, .types = {"consumer"}}), IsEmpty());
}

}  // namespace
}  // namespace millrace::groups
