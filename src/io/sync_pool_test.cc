#include "io/sync_pool.h"

#include <gtest/gtest.h>

#include <atomic>

namespace millrace::io {
namespace {

TEST(SyncPool, runs_everything_before_it_ends) {
  std::atomic<int> done = 0;
  {
    SyncPool pool({.threads = 3});
    for (int i = 0; i < 1000; ++i) pool.submit([&] { ++done; });
  }
  EXPECT_EQ(done, 1000);
}

TEST(SyncPool, makes_the_caller_wait_when_its_queue_is_full) {
  std::atomic<bool> go = false;
  std::atomic<int> submitted = 0;
  SyncPool pool({.threads = 1, .max_queued = 2});
  std::thread producer([&] {
    for (int i = 0; i < 10; ++i) {
      pool.submit([&] { go.wait(false); });
      ++submitted;
    }
  });
  while (submitted < 2) std::this_thread::yield();
  EXPECT_LE(submitted, 3);  // one running, two queued
  go = true;
  go.notify_all();
  producer.join();
  EXPECT_EQ(submitted, 10);
}

}  // namespace
}  // namespace millrace::io
