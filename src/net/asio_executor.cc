#include "net/asio_executor.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "base/assert.h"

namespace millrace::net {

namespace asio = boost::asio;

struct AsioExecutor::Impl {
  asio::io_context context{1};
  std::thread thread;
};

namespace {

class AsioTimer final : public Executor::Timer {
 public:
  AsioTimer(asio::io_context& context, Duration delay, Executor::Task task)
      : timer_(context, delay), task_(std::make_shared<Executor::Task>(std::move(task))) {
    // An expired timer's handler may be queued already when the timer is dropped: the task's
    // owner decides, not the error code.
    timer_.async_wait([weak = std::weak_ptr(task_)](boost::system::error_code) {
      if (auto held = weak.lock()) (*held)();
    });
  }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<Executor::Task> task_;
};

}  // namespace

AsioExecutor::AsioExecutor() : impl_(std::make_unique<Impl>()) {}

AsioExecutor::~AsioExecutor() {
  stop();
}

void AsioExecutor::start() {
  MR_ASSERT(!impl_->thread.joinable());
  impl_->thread = std::thread([impl = impl_.get()] {
    auto work = asio::make_work_guard(impl->context);
    impl->context.run();
  });
}

void AsioExecutor::stop() {
  impl_->context.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

bool AsioExecutor::run_ready() {
  impl_->context.restart();
  return impl_->context.poll() > 0;
}

void AsioExecutor::post(Task task) {
  asio::post(impl_->context, std::move(task));
}

std::unique_ptr<Executor::Timer> AsioExecutor::call_after(Duration delay, Task task) {
  return std::make_unique<AsioTimer>(impl_->context, delay, std::move(task));
}

bool AsioExecutor::is_current() const {
  return impl_->context.get_executor().running_in_this_thread();
}

asio::io_context& AsioExecutor::context() {
  return impl_->context;
}

}  // namespace millrace::net
