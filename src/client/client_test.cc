#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/mock_cluster.h"
#include "millrace/client.h"

using namespace std::chrono_literals;

namespace millrace {
namespace {

using client::MockCluster;

TEST(Client, sends_and_receives) {
  MockCluster cluster;
  auto producer = Producer<std::string, std::string>::open({.bootstrap = cluster.bootstrap()});
  ASSERT_TRUE(producer) << producer.error().message();
  auto sent = producer->send("t", "k", "v", {.headers = {{"h", "1"}}}).get(5s);
  ASSERT_TRUE(sent) << sent.error().message();
  producer->send("t", std::nullopt, std::nullopt);
  ASSERT_TRUE(producer->flush(5s));

  auto consumer = Consumer<std::string, std::string>::open({.bootstrap = cluster.bootstrap(),
                                                            .topics = {"t"},
                                                            .group = "g",
                                                            .auto_offset_reset = Reset::earliest,
                                                            .stop_at_end = true});
  ASSERT_TRUE(consumer) << consumer.error().message();
  std::vector<Record<std::string, std::string>> seen;
  for (auto& record : consumer->records()) seen.push_back(record);
  ASSERT_TRUE(consumer->status());
  ASSERT_EQ(seen.size(), 2u);
}

}  // namespace
}  // namespace millrace
