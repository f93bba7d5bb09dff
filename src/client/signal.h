#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "base/time.h"

namespace millrace::client {

/// A bell: librdkafka's threads ring it when a queue is no longer empty. Thread-safe.
class Signal {
 public:
  void raise() {
    std::lock_guard lock(mutex_);
    raised_ = true;
    changed_.notify_all();
  }

  /// To be called before the queues are looked at.
  void clear() {
    std::lock_guard lock(mutex_);
    raised_ = false;
  }

  /// Returns when it was raised since clear(), at a stop request or at `until`.
  void wait(const std::stop_token& stop, MonoTime until) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, until, [this] { return raised_; });
  }

  /// Returns false at a stop request, true at `until`, whether raised or not.
  bool sleep(const std::stop_token& stop, MonoTime until) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, until, [] { return false; });
    return !stop.stop_requested();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool raised_ = false;
};

}  // namespace millrace::client
