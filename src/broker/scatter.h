#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "broker/broker.h"

namespace millrace::broker {

/// Where in a nested response an answer belongs.
struct Place {
  size_t outer = 0;
  size_t inner = 0;
};

/// One question for the shard that owns its subject.
template <class Query>
struct Scattered {
  size_t shard = 0;
  Place place;
  Query query;
};

/// Asks every shard its questions at once, one hop each way a shard; `look_up(shard, query)` runs
/// on the owner's thread and must not wait. `put` (per answer), then `done`, run on shard `home`,
/// the caller's.
template <class Query, class Answer>
void scatter(Broker& broker, size_t home, std::vector<Scattered<Query>> queries,
             std::function<Answer(Shard&, const Query&)> look_up,
             std::function<void(const Place&, Answer)> put, std::function<void()> done) {
  struct State {
    std::vector<std::vector<Scattered<Query>>> by_shard;
    std::function<Answer(Shard&, const Query&)> look_up;
    std::function<void(const Place&, Answer)> put;
    std::function<void()> done;
    size_t shards_left = 0;  // counted down on `home`
  };
  auto state = std::make_shared<State>();
  state->by_shard.resize(broker.shard_count());
  state->look_up = std::move(look_up);
  state->put = std::move(put);
  state->done = std::move(done);
  for (auto& query : queries) state->by_shard[query.shard].push_back(std::move(query));
  for (const auto& part : state->by_shard) state->shards_left += part.empty() ? 0 : 1;
  if (state->shards_left == 0) return state->done();
  for (size_t owner = 0; owner < state->by_shard.size(); ++owner) {
    if (state->by_shard[owner].empty()) continue;
    broker.run_on(owner, home, [state, &broker, owner, home] {
      auto answers = std::make_shared<std::vector<Answer>>();
      for (const auto& query : state->by_shard[owner]) {
        answers->push_back(state->look_up(broker.shard(owner), query.query));
      }
      broker.run_on(home, owner, [state, answers, owner] {
        for (size_t i = 0; i < answers->size(); ++i) {
          state->put(state->by_shard[owner][i].place, std::move((*answers)[i]));
        }
        if (--state->shards_left == 0) state->done();
      });
    });
  }
}

}  // namespace millrace::broker
