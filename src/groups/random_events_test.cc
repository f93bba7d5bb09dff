#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "groups/story.h"

namespace millrace::groups {
namespace {

struct Event {
  int kind = 0;
  int client = 0;
  int choice = 0;
};

/// Clients 0–2 are dynamic, 3 and 4 static; 4 shares its instance id with 3, to be fenced.
JoinOptions options_of(const Event& e) {
  JoinOptions options;
  if (e.client >= 3) options.instance = "i";
  options.known_id = e.choice % 3 != 0;
  options.skipping = e.choice % 2 == 0;
  options.protocols = {{"range", to_buffer(as_bytes(e.choice % 2 == 0 ? "one" : "other"))}};
  if (e.choice % 5 == 0) options.protocols.push_back({"sticky", {}});
  if (e.choice % 7 == 0) std::reverse(options.protocols.begin(), options.protocols.end());
  return options;
}

void play(Story& story, const Event& e) {
  const std::string client = std::to_string(e.client);
  const TopicPartition at{"t", PartitionId(e.choice % 3)};
  switch (e.kind) {
    case 0:
    case 1:
    case 2:
      story.join(client, options_of(e));
      break;
    case 3:
    case 4:
    case 5:
      story.sync(client, {{"0", "x"}, {"3", "y"}});
      break;
    case 6:
      story.heartbeat(client);
      break;
    case 7:
      story.leave(client);
      break;
    case 8:
      story.commit(client, at, e.choice);
      break;
    case 9:
      story.forget(client);
      break;
    case 10:
      story.after(Milliseconds(1500) * e.choice);
      break;
    case 11:
      if (e.choice == 0) story.restart();
      break;
    case 12:
      story.delete_groups({"g"});
      break;
    default:
      story.after(e.choice == 0 ? Duration(8 * 24h) : Duration(11s));
  }
}

// Invariants checked: no request is answered twice, none is lost (Story); replaying the log gives
// the durable state after every event (Story); the generation never falls while the group lives;
// a stable group is as recorded and has exactly one leader, a member; a group that must wait has a
// deadline; after a restart nothing durable has changed.
TEST(RandomEvents, keep_the_invariants_of_a_group) {
  EXPECT_TRUE(rc::check([] {
    const auto events = *rc::gen::container<std::vector<Event>>(
        rc::gen::build<Event>(rc::gen::set(&Event::kind, rc::gen::inRange(0, 14)),
                              rc::gen::set(&Event::client, rc::gen::inRange(0, 5)),
                              rc::gen::set(&Event::choice, rc::gen::inRange(0, 10))));
    GroupsConfig config;
    config.initial_rebalance_delay = *rc::gen::element(Milliseconds(0), Milliseconds(3000));
    config.group_size_max = *rc::gen::inRange(2, 5);
    Story story(config);
    GenerationId last{0};
    for (const Event& e : events) {
      play(story, e);
      const auto* stored = story.coordinator().durable_state().group("g");
      if (story.state() == GroupState::stable) {
        RC_ASSERT(stored != nullptr && stored->leader.has_value());
        RC_ASSERT(std::count_if(stored->members.begin(), stored->members.end(),
                                [&](auto& m) { return m.member_id == *stored->leader; }) == 1);
        const DescribedGroup live = story.described();
        RC_ASSERT(std::equal(stored->members.begin(), stored->members.end(), live.members.begin(),
                             live.members.end(), [](const auto& a, const auto& b) {
                               return a.member_id == b.member_id && a.assignment == b.assignment;
                             }));
      }
      if (story.waiting_count() > 0) RC_ASSERT(story.coordinator().next_deadline().has_value());
      const GenerationId now = stored ? stored->generation : GenerationId(0);
      RC_ASSERT(stored == nullptr || now >= last);
      last = now;
      RC_ASSERT(!testing::Test::HasFailure());
    }
    DurableState before = story.coordinator().durable_state();
    story.restart();
    RC_ASSERT(story.coordinator().durable_state() == before);
  }));
}

}  // namespace
}  // namespace millrace::groups
