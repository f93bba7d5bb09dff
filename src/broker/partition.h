#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "broker/metadata_image.h"
#include "storage/log.h"

namespace millrace::broker {

/// One partition on the shard that owns it: its log and who waits for it. Not thread-safe.
class Partition {
 public:
  Partition(std::unique_ptr<storage::Log> log, PartitionId id);

  storage::Log& log() { return *log_; }
  const storage::Log& log() const { return *log_; }
  PartitionId id() const { return id_; }

  /// Calls `done` once the high watermark (with `durable`: the durable end) has reached `end`; at
  /// once if it has. An error when the log stops or the partition goes away before.
  using Done = std::function<void(const Result<void>&)>;
  void when_visible(Offset end, Done done) { wait(visible_, log_->high_watermark(), end, done); }
  void when_durable(Offset end, Done done) { wait(durable_, log_->durable_end(), end, done); }

  /// Calls `wake` once, when the high watermark has moved or the partition goes away. A watch
  /// that is dropped before is forgotten.
  struct Watch {
    std::function<void()> wake;
  };
  void watch(std::weak_ptr<Watch> watch);

  /// Wakes every watch, whatever has happened.
  void wake_all();
  /// The log may have moved or stopped: answers whom that concerns.
  void on_progress();
  /// Answers everybody who waits with `why`.
  void abandon(const Error& why);

 private:
  struct Waiter {
    Offset end;
    Done done;
  };
  using Waiters = std::deque<Waiter>;

  void wait(Waiters& waiters, Offset reached, Offset end, Done& done);
  void answer(Waiters& waiters, Offset reached);

  std::unique_ptr<storage::Log> log_;
  PartitionId id_;
  Waiters visible_;
  Waiters durable_;
  std::vector<std::weak_ptr<Watch>> watches_;
  Offset seen_high_watermark_;
};

}  // namespace millrace::broker
