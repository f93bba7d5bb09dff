// Sends ten user events as JSON.  Usage: user_events_producer [HOST:PORT]
#include <fmt/core.h>

#include "user_event.h"

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  constexpr const char* actions[] = {"login", "view", "click", "purchase", "logout"};
  auto producer = millrace::Producer<std::string, UserEvent>::open(
      {.bootstrap = argc > 1 ? argv[1] : "localhost:9092"});
  if (!producer) return fmt::print(stderr, "{}\n", producer.error().message()), 1;

  for (int i = 0; i < 10; ++i) {
    UserEvent event{fmt::format("user_{}", i % 3), actions[i % 5], 1700000000 + i};
    producer->send("user-events", std::nullopt, event);
    fmt::print("Sent: {} {} at {}\n", event.user_id, event.action, event.timestamp);
  }
  auto flushed = producer->flush(10s);
  if (!flushed) return fmt::print(stderr, "{}\n", flushed.error().message()), 1;
}
