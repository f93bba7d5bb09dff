#include "net/asio_executor.h"

#include <gtest/gtest.h>

#include <vector>

#include "net/loop_for_test.h"

namespace millrace::net {
namespace {

TEST(AsioExecutor, runs_tasks_in_order_on_its_own_thread) {
  AsioExecutor loop;
  std::vector<int> seen;
  loop.post([&] { seen.push_back(1); });
  loop.start();

  run_on(loop, [&] {
    EXPECT_TRUE(loop.is_current());
    seen.push_back(2);
  });

  EXPECT_FALSE(loop.is_current());
  EXPECT_EQ(seen, (std::vector{1, 2}));
}

TEST(AsioExecutor, calls_a_timer_once) {
  AsioExecutor loop;
  loop.start();
  std::promise<void> fired;
  std::unique_ptr<Executor::Timer> timer;

  run_on(loop, [&] { timer = loop.call_after(Milliseconds(1), [&] { fired.set_value(); }); });

  fired.get_future().wait();
  run_on(loop, [&] { timer.reset(); });
}

TEST(AsioExecutor, does_not_call_a_timer_that_was_dropped_even_when_it_is_due) {
  AsioExecutor loop;
  loop.start();
  bool called = false;

  run_on(loop, [&] {
    auto due = loop.call_after(Duration(0), [&] { called = true; });
    auto until = std::chrono::steady_clock::now() + Milliseconds(2);
    while (std::chrono::steady_clock::now() < until) {
    }
  });
  run_on(loop, [] {});

  EXPECT_FALSE(called);
}

TEST(AsioExecutor, may_drop_a_timer_from_its_own_task) {
  AsioExecutor loop;
  loop.start();
  std::promise<void> fired;
  std::unique_ptr<Executor::Timer> timer;

  run_on(loop, [&] {
    timer = loop.call_after(Duration(0), [&] {
      timer.reset();
      fired.set_value();
    });
  });

  fired.get_future().wait();
}

}  // namespace
}  // namespace millrace::net
