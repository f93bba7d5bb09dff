// Sends twenty transactions as JSON; every fifth is suspiciously large.
// Usage: transactions_producer [HOST:PORT]
#include <fmt/core.h>

#include "transaction.h"

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  constexpr const char* locations[] = {"Berlin", "Lagos", "Lima", "Osaka"};
  auto producer = millrace::Producer<std::string, Transaction>::open(
      {.bootstrap = argc > 1 ? argv[1] : "localhost:9092"});
  if (!producer) return fmt::print(stderr, "{}\n", producer.error().message()), 1;

  for (int i = 0; i < 20; ++i) {
    double amount = i % 5 == 4 ? 950.5 + i : 10.0 + 37.25 * (i % 7);
    Transaction transaction{fmt::format("user_{}", i % 4), amount, locations[i % 4],
                            1700000000 + i};
    producer->send("transactions", std::nullopt, transaction);
    fmt::print("Sent: {} {:.2f} {}\n", transaction.user_id, amount, transaction.location);
  }
  auto flushed = producer->flush(10s);
  if (!flushed) return fmt::print(stderr, "{}\n", flushed.error().message()), 1;
}
