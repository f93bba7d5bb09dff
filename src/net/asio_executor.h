#pragma once

#include <memory>

#include "base/executor.h"

namespace boost::asio {
class io_context;
}

namespace millrace::net {

/// A thread with one io_context. Below net/ it is seen as an Executor only.
class AsioExecutor final : public Executor {
 public:
  AsioExecutor();
  ~AsioExecutor() override;

  /// Starts the thread. What was posted before runs first.
  void start();
  /// Ends the loop after the task under way and joins the thread; what is still queued does not
  /// run. Not from the executor's own thread. Idempotent.
  void stop();
  /// After stop(): runs what is ready, on the calling thread. True when there was anything.
  bool run_ready();

  void post(Task task) override;
  [[nodiscard]] std::unique_ptr<Timer> call_after(Duration delay, Task task) override;
  bool is_current() const override;

  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::net
