#include "broker/broker_config.h"

#include <gtest/gtest.h>

#include <set>

#include "broker/topic_config.h"

namespace millrace::broker {
namespace {

TEST(BrokerProperties, are_set_by_kafkas_names) {
  BrokerConfig config;

  EXPECT_TRUE(set_broker_property(config, "num.partitions", "4"));
  EXPECT_TRUE(set_broker_property(config, "auto.create.topics.enable", "false"));
  EXPECT_TRUE(set_broker_property(config, "log.retention.hours", "2"));

  EXPECT_EQ(config.num_partitions, 4);
  EXPECT_FALSE(config.auto_create_topics_enable);
  EXPECT_EQ(config.log_retention_ms, 7'200'000);
}

TEST(BrokerProperties, name_the_nearest_when_unknown) {
  BrokerConfig config;
  auto result = set_broker_property(config, "num.partition", "4");

  ASSERT_FALSE(result);
  EXPECT_NE(result.error().context.find("did you mean num.partitions"), std::string::npos);
}

TEST(BrokerProperties, say_what_values_are_allowed) {
  BrokerConfig config;
  for (auto [name, value] :
       {std::pair("num.partitions", "0"), std::pair("num.partitions", "x"),
        std::pair("num.partitions", "99999999999"), std::pair("auto.create.topics.enable", "yes"),
        std::pair("compression.type", "zstd"), std::pair("default.replication.factor", "3")}) {
    auto result = set_broker_property(config, name, value);
    ASSERT_FALSE(result) << name << "=" << value;
    EXPECT_NE(result.error().context.find("is expected"), std::string::npos);
  }
}

TEST(BrokerProperties, of_a_cluster_are_accepted_with_a_notice) {
  BrokerConfig config;
  auto notice = set_broker_property(config, "zookeeper.connect", "localhost:2181");

  ASSERT_TRUE(notice);
  EXPECT_NE(notice->find("zookeeper.connect"), std::string::npos);
}

TEST(BrokerProperties, come_from_a_file_whose_bad_line_is_named) {
  BrokerConfig config;
  auto good = read_server_properties(config, "# comment\n\nnum.partitions = 3\r\nbroker.rack=a\n");
  ASSERT_TRUE(good) << good.error().message();
  EXPECT_EQ(good->size(), 1u);
  EXPECT_EQ(config.num_partitions, 3);

  auto bad = read_server_properties(config, "num.partitions=3\nnonsense\n");
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().context.find("line 2"), std::string::npos);
}

TEST(BrokerProperties, have_unique_names_and_defaults_that_they_allow) {
  std::set<std::string_view> names;
  BrokerConfig config;
  for (const auto& property : broker_properties()) {
    EXPECT_TRUE(names.insert(property.name).second) << property.name;
    EXPECT_FALSE(property.doc.empty()) << property.name;
    auto standard = property_text(property, BrokerConfig{});
    EXPECT_TRUE(set_property(property, config, standard)) << property.name << "=" << standard;
  }
}

TEST(TopicProperties, follow_the_broker_unless_overridden) {
  BrokerConfig broker;
  broker.log_flush_interval_messages = 100;

  auto plain = topic_config(broker, {});
  auto durable = topic_config(broker, {{"flush.messages", "1"}});

  ASSERT_TRUE(plain) << plain.error().message();
  EXPECT_EQ(plain->flush_messages, 100);
  EXPECT_EQ(durable->flush_messages, 1);
  EXPECT_EQ(log_config(broker, *plain).flush_messages, 100);
}

TEST(Shards, are_as_many_as_cores_up_to_four_unless_set) {
  BrokerConfig config;
  EXPECT_EQ(shard_count(config, 0), 1u);
  EXPECT_EQ(shard_count(config, 2), 2u);
  EXPECT_EQ(shard_count(config, 64), 4u);
  config.shards = 7;
  EXPECT_EQ(shard_count(config, 2), 7u);
}

}  // namespace
}  // namespace millrace::broker
