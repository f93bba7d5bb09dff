// Prints user events, from the first on; ends after 5 s without one.
// Usage: user_events_consumer [HOST:PORT]
#include <fmt/core.h>

#include "user_event.h"

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  auto consumer = millrace::Consumer<std::string, UserEvent>::open(
      {.bootstrap = argc > 1 ? argv[1] : "localhost:9092",
       .topics = {"user-events"},
       .group = "user-events-readers",
       .auto_offset_reset = millrace::Reset::earliest,
       .idle_timeout = 5s});
  if (!consumer) return fmt::print(stderr, "{}\n", consumer.error().message()), 1;

  for (auto& message : consumer->records()) {
    const UserEvent& event = *message.value;
    fmt::print("Received: {} {} at {}\n", event.user_id, event.action, event.timestamp);
  }
  auto status = consumer->status();
  if (!status) return fmt::print(stderr, "{}\n", status.error().message()), 1;
}
