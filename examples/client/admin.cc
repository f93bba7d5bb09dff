// Creates a topic and says what there is.  Usage: admin [HOST:PORT]
#include <fmt/core.h>
#include <millrace/client.h>

int main(int argc, char** argv) {
  auto admin = millrace::Admin::open({.bootstrap = argc > 1 ? argv[1] : "localhost:9092"});
  if (!admin) return fmt::print(stderr, "{}\n", admin.error().message()), 1;

  auto created = admin->create_topic(
      {.name = "notes", .partitions = 3, .configs = {{"retention.ms", "86400000"}}});
  if (!created && created.error().code != millrace::Errc::already_exists) {
    return fmt::print(stderr, "{}\n", created.error().message()), 1;
  }
  auto topics = admin->topics();
  if (!topics) return fmt::print(stderr, "{}\n", topics.error().message()), 1;
  for (const auto& topic : *topics) {
    fmt::print("{}: {} partitions\n", topic.name, topic.partitions.size());
  }
  auto offsets = admin->lag("readers");
  if (!offsets) return fmt::print(stderr, "{}\n", offsets.error().message()), 1;
  for (const auto& place : *offsets) {
    fmt::print("readers are {} behind in {}-{}\n", place.lag, place.partition.topic,
               place.partition.partition);
  }
}
