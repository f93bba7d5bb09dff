#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/mock_cluster.h"
#include "millrace/client.h"

using namespace std::chrono_literals;
using testing::HasSubstr;

namespace millrace {
namespace {

// librdkafka's mock serves few admin requests; the rest is tested against our own broker.
TEST(Admin, lists_and_describes_topics) {
  client::MockCluster cluster;
  cluster.create_topic("orders", 3);
  cluster.create_topic("alerts", 1);
  auto admin = Admin::open({.bootstrap = cluster.bootstrap()});
  ASSERT_TRUE(admin.has_value()) << admin.error().message();

  auto topics = admin->topics();
  ASSERT_TRUE(topics.has_value()) << topics.error().message();
  ASSERT_EQ(topics->size(), 2u);
  EXPECT_EQ(topics->at(0).name, "alerts");
  EXPECT_EQ(topics->at(1).partitions.size(), 3u);

  auto unknown = admin->topic("order");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().message(), "no topic 'order' (did you mean orders?) (not_found)");
}

TEST(Admin, tells_where_partitions_start_and_end) {
  client::MockCluster cluster;
  cluster.create_topic("t", 2);
  auto producer = Producer<std::string, std::string>::open({.bootstrap = cluster.bootstrap()});
  ASSERT_TRUE(producer.has_value());
  for (int i = 0; i < 3; ++i) producer->send("t", "", "v", {.partition = PartitionId(1)});
  ASSERT_TRUE(producer->flush(10s).has_value());
  auto admin = Admin::open({.bootstrap = cluster.bootstrap()});
  ASSERT_TRUE(admin.has_value());

  auto empty = admin->offsets({"t", PartitionId(0)});
  auto full = admin->offsets({"t", PartitionId(1)});

  ASSERT_TRUE(empty && full);
  EXPECT_EQ(empty->end, Offset(0));
  EXPECT_EQ(full->start, Offset(0));
  EXPECT_EQ(full->end, Offset(3));
}

TEST(Admin, knows_the_cluster) {
  client::MockCluster cluster;
  auto admin = Admin::open({.bootstrap = cluster.bootstrap()});
  ASSERT_TRUE(admin.has_value());
  auto info = admin->cluster();
  ASSERT_TRUE(info.has_value()) << info.error().message();
  EXPECT_EQ(info->brokers.size(), 1u);
  EXPECT_FALSE(info->id.empty());
}

TEST(Admin, says_when_nobody_answers) {
  auto admin = Admin::open({.bootstrap = "127.0.0.1:1", .timeout = 200ms});
  ASSERT_TRUE(admin.has_value());
  EXPECT_FALSE(admin->topics().has_value());
  EXPECT_FALSE(admin->create_topic({.name = "t"}).has_value());
  EXPECT_EQ(admin->groups().error().code, Errc::unavailable);
}

}  // namespace
}  // namespace millrace
