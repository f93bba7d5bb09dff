#pragma once

#include <signal.h>

#include <stop_token>
#include <thread>

namespace millrace::apps {

/// Turns the first SIGINT or SIGTERM into a stop request; the second ends the process at once.
/// Make one before any other thread starts: threads inherit its signal mask.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  void wait_for_signals();

  sigset_t signals_;
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace millrace::apps
