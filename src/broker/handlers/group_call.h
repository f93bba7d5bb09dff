#pragma once

#include "broker/api.h"
#include "broker/broker.h"
#include "broker/group_runner.h"
#include "broker/topic_name.h"
#include "wire/error_code.h"

/// What the handlers of the group APIs share.
namespace millrace::broker {

/// Puts `event` to the coordinator of `group_id` on its shard; `done` gets the reply on the home
/// shard, after what it says is durable. `if_lost` is the reply when there is no coordinator.
template <class Reply>
void ask_group(
    const Call& call, const std::string& group_id,
    std::function<groups::Effects(groups::GroupCoordinator&, groups::ReplyToken, groups::Now)>
        event,
    Reply if_lost, std::function<void(Reply)> done) {
  const auto& image = *call.home.image();
  if (image.find(offsets_topic) == nullptr || call.broker.stopping()) return done(if_lost);
  auto& broker = call.broker;
  auto home = call.home.index();
  auto owner = broker.group_owner(image, group_id);
  broker.run_on(owner, home,
                [&broker, home, owner, event = std::move(event), if_lost = std::move(if_lost),
                 done = std::move(done)] {
                  broker.shard(owner).groups().template ask<Reply>(
                      event, if_lost, [&broker, home, owner, done](Reply reply) {
                        broker.run_on(home, owner,
                                      [done, reply = std::move(reply)] { done(reply); });
                      });
                });
}

/// Looks something up in the coordinator on shard `owner`; `done` gets it on the home shard once
/// all that the coordinator knew is durable.
template <class Answer>
void query_groups(const Call& call, size_t owner,
                  std::function<Answer(const groups::GroupCoordinator&)> look,
                  std::function<void(Answer)> done) {
  auto& broker = call.broker;
  auto home = call.home.index();
  broker.run_on(
      owner, home, [&broker, home, owner, look = std::move(look), done = std::move(done)] {
        broker.shard(owner).groups().query([&](const groups::GroupCoordinator& coordinator) {
          return [&broker, home, owner, done, answer = look(coordinator)] {
            broker.run_on(home, owner, [done, answer] { done(answer); });
          };
        });
      });
}

}  // namespace millrace::broker
