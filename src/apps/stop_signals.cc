#include "apps/stop_signals.h"

#include <pthread.h>
#include <unistd.h>

namespace millrace::apps {

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR2}) sigaddset(&signals_, number);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  // A reader that goes away is an error of a write, not the end of the process.
  ::signal(SIGPIPE, SIG_IGN);
  waiter_ = std::jthread([this] { wait_for_signals(); });
}

StopSignals::~StopSignals() {
  pthread_kill(waiter_.native_handle(), SIGUSR2);
  waiter_.join();
}

void StopSignals::wait_for_signals() {
  for (;;) {
    int number = 0;
    if (sigwait(&signals_, &number) != 0 || number == SIGUSR2) return;
    if (source_.stop_requested()) _exit(130);
    source_.request_stop();
  }
}

}  // namespace millrace::apps
