#include "base/executor.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

using namespace std::chrono_literals;

TEST(ManualExecutor, runs_timers_in_the_order_of_their_deadlines) {
  ManualClock clock;
  ManualExecutor executor(clock);
  std::string ran;

  auto b = executor.call_after(20ms, [&] { ran += "b"; });
  auto a = executor.call_after(10ms, [&] { ran += "a"; });
  auto c = executor.call_after(30ms, [&] { ran += "c"; });
  executor.advance(25ms);

  EXPECT_EQ(ran, "ab");
}

TEST(ManualExecutor, never_runs_a_dropped_timer) {
  ManualClock clock;
  ManualExecutor executor(clock);
  bool ran = false;

  executor.call_after(10ms, [&] { ran = true; }).reset();
  executor.advance(1s);

  EXPECT_FALSE(ran);
}

TEST(ManualExecutor, lets_a_timer_arm_the_next_within_one_advance) {
  ManualClock clock;
  ManualExecutor executor(clock);
  int ticks = 0;
  std::unique_ptr<Executor::Timer> timer;
  std::function<void()> tick = [&] {
    ++ticks;
    timer = executor.call_after(100ms, tick);
  };

  timer = executor.call_after(100ms, tick);
  executor.advance(1s);

  EXPECT_EQ(ticks, 10);
}

}  // namespace
}  // namespace millrace
