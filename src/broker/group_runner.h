#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "groups/coordinator.h"

namespace millrace::broker {

class Partition;
class Shard;
struct GroupStatistics;

/// Gives a shard's GroupCoordinator what it must not have: time, a log and somebody to answer.
/// Records it decides on go to the shard's partitions of `__consumer_offsets`; replies, and those
/// of every later event, leave after these are durable. On the shard's thread only.
class GroupRunner {
 public:
  explicit GroupRunner(Shard& shard);
  ~GroupRunner();

  /// Rebuilds all groups from the shard's partitions of `__consumer_offsets`. Waits for the
  /// device. Errors: io_error, corrupt.
  Result<void> load();

  /// Puts an event to the coordinator. `done` is called with its reply, now or later; with
  /// `if_lost` when the records could not be made durable or the broker stops.
  template <class Reply>
  void ask(
      std::function<groups::Effects(groups::GroupCoordinator&, groups::ReplyToken, groups::Now)>
          event,
      Reply if_lost, std::function<void(Reply)> done) {
    groups::ReplyToken token(++last_token_);
    waiting_.emplace(token, Waiter{[done](const Body& body) { done(std::get<Reply>(body)); },
                                   Body(std::move(if_lost))});
    run([&](groups::GroupCoordinator& c, groups::Now now) { return event(c, token, now); });
  }

  /// Calls `look` with the coordinator, and whatever `look` returns once all that the coordinator
  /// knows now is durable.
  void query(const std::function<std::function<void()>(const groups::GroupCoordinator&)>& look);

  void on_topics_deleted(const std::vector<std::string>& topics);
  /// Answers every waiting member; they look for another coordinator. For the end of the broker.
  void stop();
  void collect(std::vector<GroupStatistics>& out) const;

 private:
  using Body = decltype(groups::Reply::body);
  using Event = std::function<groups::Effects(groups::GroupCoordinator&, groups::Now)>;
  struct Waiter {
    std::function<void(const Body&)> deliver;
    Body if_lost;
  };
  /// What one event left behind, held until its records and those before it are durable.
  struct Step {
    size_t partitions_left = 0;
    std::vector<groups::Reply> replies;
    std::function<void()> answer_query;
  };

  std::unique_ptr<groups::GroupCoordinator> make_coordinator() const;
  groups::Now now() const;
  void run(const Event& event);
  Result<void> append(std::span<const groups::RecordToAppend> records,
                      const std::shared_ptr<Step>& step);
  Result<void> append_to(PartitionId id, std::span<const groups::RecordToAppend> records,
                         const std::shared_ptr<Step>& step);
  void release();
  void deliver(const groups::Reply& reply);
  void start_again(const Error& why);
  void arm_timer();

  Shard& shard_;
  std::unique_ptr<groups::GroupCoordinator> coordinator_;
  std::unordered_map<groups::ReplyToken, Waiter> waiting_;
  uint64_t last_token_ = 0;
  std::deque<std::shared_ptr<Step>> steps_;
  bool releasing_ = false;
  uint64_t life_ = 0;  ///< counts coordinators: what an earlier one waits for is forgotten
  std::unique_ptr<Executor::Timer> timer_;
  std::optional<MonoTime> timer_at_;
};

}  // namespace millrace::broker
