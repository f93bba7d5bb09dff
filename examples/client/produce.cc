// Ways to wait for a delivery, headers, a tombstone.  Usage: produce [HOST:PORT]
#include <fmt/core.h>
#include <millrace/client.h>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  auto producer = millrace::Producer<std::string, std::string>::open({
      .bootstrap = argc > 1 ? argv[1] : "localhost:9092",
      .compression = millrace::Compression::zstd,
      .props = {{"message.max.bytes", "2000000"}},  // any librdkafka property
  });
  if (!producer) return fmt::print(stderr, "{}\n", producer.error().message()), 1;

  // Wait for it …
  auto sent = producer->send("notes", "ann", "hello", {.headers = {{"lang", "en"}}}).get(10s);
  if (!sent) return fmt::print(stderr, "{}\n", sent.error().message()), 1;
  fmt::print("note at partition {}, offset {}\n", sent->partition, sent->offset);

  // … be called with it, on the producer's own thread …
  producer->send("notes", "bob", "hi").then([](const auto& outcome) {
    if (!outcome) fmt::print(stderr, "lost: {}\n", outcome.error().message());
  });

  // … or drop it: a failure nobody looked at is reported by the next flush.
  producer->send("notes", "ann", std::nullopt);  // a tombstone
  auto flushed = producer->flush(10s);
  if (!flushed) return fmt::print(stderr, "{}\n", flushed.error().message()), 1;
}
