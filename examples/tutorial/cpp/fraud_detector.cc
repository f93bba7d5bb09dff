// Prints an alert for every transaction above 900; ends after 5 s without one.
// Usage: fraud_detector [HOST:PORT]
#include <fmt/core.h>

#include "transaction.h"

using namespace std::chrono_literals;

bool is_suspicious(const Transaction& transaction) {
  return transaction.amount > 900;
}

int main(int argc, char** argv) {
  auto consumer = millrace::Consumer<std::string, Transaction>::open(
      {.bootstrap = argc > 1 ? argv[1] : "localhost:9092",
       .topics = {"transactions"},
       .group = "fraud-detector",
       .auto_offset_reset = millrace::Reset::earliest,
       .idle_timeout = 5s});
  if (!consumer) return fmt::print(stderr, "{}\n", consumer.error().message()), 1;

  for (auto& message : consumer->records()) {
    const Transaction& transaction = *message.value;
    if (!is_suspicious(transaction)) continue;
    fmt::print("Alert! Suspicious transaction: {} {:.2f} {}\n", transaction.user_id,
               transaction.amount, transaction.location);
  }
  auto status = consumer->status();
  if (!status) return fmt::print(stderr, "{}\n", status.error().message()), 1;
}
