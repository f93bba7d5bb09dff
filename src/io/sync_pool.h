#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace millrace::io {

/// A few threads for calls that wait for the device: fdatasync and reads of cold data. Tasks carry
/// their own way back (Executor::post). Thread-safe.
class SyncPool {
 public:
  using Task = std::function<void()>;

  struct Config {
    std::size_t threads = 4;
    /// `submit` waits while this many tasks are queued: whoever asks for more syncs than the device
    /// gives is slowed down, not buffered.
    std::size_t max_queued = 4096;
  };

  explicit SyncPool(Config config);
  /// Runs what is queued, then ends the threads.
  ~SyncPool();
  SyncPool(const SyncPool&) = delete;
  SyncPool& operator=(const SyncPool&) = delete;

  /// Runs `task` on one of the threads, in no promised order.
  void submit(Task task);

 private:
  void run();

  Config config_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable room_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace millrace::io
