#include "io/sync_pool.h"

#include "base/assert.h"

namespace millrace::io {

SyncPool::SyncPool(Config config) : config_(config) {
  MR_ASSERT(config_.threads > 0 && config_.max_queued > 0);
  for (std::size_t i = 0; i < config_.threads; ++i) threads_.emplace_back([this] { run(); });
}

SyncPool::~SyncPool() {
  {
    std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void SyncPool::submit(Task task) {
  {
    std::unique_lock guard(mutex_);
    room_.wait(guard, [this] { return queue_.size() < config_.max_queued; });
    queue_.push_back(std::move(task));
  }
  work_.notify_one();
}

void SyncPool::run() {
  for (;;) {
    Task task;
    {
      std::unique_lock guard(mutex_);
      work_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    room_.notify_one();
    task();
  }
}

}  // namespace millrace::io
