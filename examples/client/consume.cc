// Reads a topic as a group until Ctrl-C.  Usage: consume [HOST:PORT]
#include <fmt/core.h>
#include <millrace/client.h>

#include <csignal>
#include <thread>

int main(int argc, char** argv) {
  sigset_t signals;  // blocked here and in every thread to come, awaited by one of them
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::stop_source stop;
  std::thread([signals, stop]() mutable {
    int signal = 0;
    sigwait(&signals, &signal);
    stop.request_stop();
  }).detach();

  auto consumer = millrace::Consumer<std::string, std::string>::open({
      .bootstrap = argc > 1 ? argv[1] : "localhost:9092",
      .topics = {"notes"},
      .group = "readers",
      .auto_offset_reset = millrace::Reset::earliest,
  });
  if (!consumer) return fmt::print(stderr, "{}\n", consumer.error().message()), 1;

  for (auto& record : consumer->records(stop.get_token())) {
    fmt::print("{}: {}\n", record.key.value_or("nobody"), record.value.value_or("(deleted)"));
    std::fflush(stdout);
  }  // only now, when the loop moves on, does a record count as processed
  auto status = consumer->status();
  if (!status) return fmt::print(stderr, "{}\n", status.error().message()), 1;
}
