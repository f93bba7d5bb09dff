#pragma once

#include <functional>
#include <memory>

#include "base/time.h"

namespace millrace {

/// A thread that runs tasks one after the other, and its timers. A shard is one of these; below
/// net/ nobody knows that Asio is behind it, and tests run on a manual one.
class Executor {
 public:
  using Task = std::function<void()>;

  /// Dropping it cancels the timer: once the destructor has returned on the executor's own
  /// thread, the task does not run.
  class Timer {
   public:
    virtual ~Timer() = default;
  };

  virtual ~Executor() = default;

  /// Runs `task` on this executor's thread, after everything posted before it. Thread-safe.
  virtual void post(Task task) = 0;

  /// Runs `task` once, `delay` from now, unless the timer is dropped first. Only from this
  /// executor's own thread.
  [[nodiscard]] virtual std::unique_ptr<Timer> call_after(Duration delay, Task task) = 0;

  /// True on this executor's own thread.
  virtual bool is_current() const = 0;
};

/// Runs nothing by itself: a test calls `run_ready()` and `advance()`. Single-threaded.
class ManualExecutor final : public Executor {
 public:
  explicit ManualExecutor(ManualClock& clock);
  ~ManualExecutor() override;

  void post(Task task) override;
  [[nodiscard]] std::unique_ptr<Timer> call_after(Duration delay, Task task) override;
  bool is_current() const override { return true; }

  /// Runs posted tasks until none is left; true when any ran.
  bool run_ready();
  /// Moves the clock, stopping at each due timer on the way, in the order of their deadlines.
  void advance(Duration by);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace millrace
