#pragma once

#include <future>

#include "net/asio_executor.h"

namespace millrace::net {

/// Runs `task` on the loop's thread and waits for its end.
inline void run_on(AsioExecutor& loop, const std::function<void()>& task) {
  std::promise<void> done;
  loop.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace millrace::net
