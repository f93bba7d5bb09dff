#include <gtest/gtest.h>

#include <algorithm>

#include "broker/broker_for_test.h"
#include "wire/api/api_versions.h"
#include "wire/api/create_partitions.h"
#include "wire/api/delete_topics.h"
#include "wire/api/describe_configs.h"
#include "wire/api/init_producer_id.h"
#include "wire/api/list_groups.h"
#include "wire/api/metadata.h"

namespace millrace::broker {
namespace {

using wire::ErrorCode;

class Topics : public BrokerStory {
 protected:
  ErrorCode create(const std::string& name, int32_t partitions = 1, int16_t factor = 1) {
    wire::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = factor;
    return ask(request, 7).topics[0].error_code;
  }
  ErrorCode remove(const std::string& name) {
    wire::DeleteTopicsRequest request;
    request.topics = {{name, {}}};
    return ask(request, 6).responses[0].error_code;
  }
  wire::MetadataResponse::Topic metadata(const std::string& name, bool may_create,
                                         size_t shard = 0) {
    wire::MetadataRequest request;
    request.topics->push_back({.topic_id = {}, .name = name});
    request.allow_auto_topic_creation = may_create;
    return ask(request, 12, shard).topics[0];
  }
};

TEST_F(Topics, are_known_on_every_shard_once_their_creation_is_answered) {
  ASSERT_EQ(create("t", 3), ErrorCode::none);

  for (size_t shard = 0; shard < shards; ++shard) {
    auto topic = metadata("t", false, shard);
    EXPECT_EQ(topic.error_code, ErrorCode::none);
    EXPECT_EQ(topic.partitions.size(), 3u);
  }
}

TEST_F(Topics, survive_a_kill_with_their_ids_and_settings) {
  create_topic("t", 2, {{"retention.ms", "1234"}});
  auto id = metadata("t", false).topic_id;

  kill_and_start();

  auto topic = metadata("t", false);
  EXPECT_EQ(topic.topic_id, id);
  EXPECT_EQ(topic.partitions.size(), 2u);
  EXPECT_EQ(broker->shard(0).image()->find("t")->overrides.at("retention.ms"), "1234");
}

TEST_F(Topics, are_made_by_a_producers_question_but_not_by_a_readers) {
  EXPECT_EQ(metadata("t", false).error_code, ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(metadata("t", true, 2).error_code, ErrorCode::none);
  EXPECT_EQ(metadata("t", false).error_code, ErrorCode::none);
  EXPECT_EQ(metadata("a/b", true).error_code, ErrorCode::invalid_topic_exception);
}

TEST_F(Topics, have_names_that_kafka_would_take) {
  EXPECT_EQ(create("a.b"), ErrorCode::none);
  EXPECT_EQ(create("a_b"), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(create("a.b"), ErrorCode::topic_already_exists);
  EXPECT_EQ(create(""), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(create(".."), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(create(std::string(249, 'x')), ErrorCode::none);
  EXPECT_EQ(create(std::string(250, 'x')), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(create("__consumer_offsets"), ErrorCode::invalid_topic_exception);
}

TEST_F(Topics, have_one_replica_unless_larger_numbers_are_clamped) {
  EXPECT_EQ(create("t", 1, 3), ErrorCode::invalid_replication_factor);
  EXPECT_EQ(create("t", 0), ErrorCode::invalid_partitions);
  EXPECT_EQ(create("t", -1, -1), ErrorCode::none);

  BrokerConfig clamping;
  clamping.replication_factor_clamp = true;
  restart(clamping);

  EXPECT_EQ(create("u", 1, 3), ErrorCode::none);
}

TEST_F(Topics, go_with_their_records_and_come_back_empty) {
  create_topic("t");
  produce("t", 0, batch_of({"a"}));
  auto waiting = send(fetch_request("t", 0, 1, 5000), 12);
  loop.run_ready();

  EXPECT_EQ(remove("t"), ErrorCode::none);
  EXPECT_TRUE(waiting.answered());
  EXPECT_EQ(remove("t"), ErrorCode::unknown_topic_or_partition);
  create_topic("t");

  EXPECT_TRUE(fetch("t", 0, 0).empty());
  kill_and_start();
  EXPECT_TRUE(fetch("t", 0, 0).empty());
}

TEST_F(Topics, grow_but_never_shrink) {
  create_topic("t", 2);
  auto grow_to = [&](int32_t count) {
    wire::CreatePartitionsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.count = count;
    topic.assignments.reset();
    return ask(request, 3).results[0].error_code;
  };

  EXPECT_EQ(grow_to(5), ErrorCode::none);
  EXPECT_EQ(grow_to(4), ErrorCode::invalid_partitions);

  EXPECT_EQ(metadata("t", false).partitions.size(), 5u);
  EXPECT_EQ(produce("t", 4, batch_of({"a"})).error_code, ErrorCode::none);
}

TEST_F(Topics, are_not_made_when_their_records_cannot_be_written) {
  disk.fail_call(1, Errc::io_error, true);

  EXPECT_EQ(create("t"), ErrorCode::kafka_storage_error);
  EXPECT_EQ(metadata("t", false).error_code, ErrorCode::unknown_topic_or_partition);
}

TEST_F(Topics, show_their_settings_with_source_and_synonyms) {
  create_topic("t", 1, {{"retention.ms", "1234"}});
  wire::DescribeConfigsRequest request;
  request.include_synonyms = true;
  request.resources.push_back(
      {wire::ConfigResourceType::topic, "t", std::vector<std::string>{"retention.ms"}});

  auto configs = ask(request, 4).results[0].configs;

  ASSERT_EQ(configs.size(), 1u);
  EXPECT_EQ(configs[0].value, "1234");
  EXPECT_EQ(configs[0].config_source, wire::ConfigSource::topic_config);
  ASSERT_EQ(configs[0].synonyms.size(), 2u);
  EXPECT_EQ(configs[0].synonyms[1].name, "log.retention.ms");
  EXPECT_EQ(configs[0].synonyms[1].value, "604800000");
}

TEST_F(Topics, refuse_an_unknown_setting_with_the_nearest_name) {
  wire::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  topic.num_partitions = topic.replication_factor = 1;
  topic.configs.push_back({"retention.m", "1"});

  auto answer = ask(request, 7).topics[0];

  EXPECT_EQ(answer.error_code, ErrorCode::invalid_config);
  EXPECT_NE(answer.error_message->find("retention.ms"), std::string::npos);
}

class WholeBroker : public BrokerStory {};

TEST_F(WholeBroker, answers_an_unknown_version_of_api_versions_so_that_any_client_can_read_it) {
  auto encoded = wire::request_frame(wire::ApiVersionsRequest{}, 4, 7, "story");
  Buffer frame(encoded->bytes.begin() + wire::frame_prefix_size, encoded->bytes.end());
  store_be<int16_t>(&frame[2], 99);
  std::optional<Reply> reply;

  broker->handle(0, connection, frame, [&](Reply r) { reply = std::move(r); });

  ASSERT_TRUE(reply);
  auto bytes = joined(*reply);
  auto answer = wire::decode<wire::ApiVersionsResponse>(Bytes(bytes).subspan(8), 0);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error_code, ErrorCode::unsupported_version);
  EXPECT_FALSE(answer->api_keys.empty());
}

TEST_F(WholeBroker, reads_a_request_with_bytes_behind_it_as_apache_kafka_does) {
  auto encoded = wire::request_frame(wire::ListGroupsRequest{}, 4, 7, "story");
  Buffer frame(encoded->bytes.begin() + wire::frame_prefix_size, encoded->bytes.end());
  frame.insert(frame.end(), 3, std::byte{0});  // librdkafka 2.0.2 does this
  std::optional<Reply> reply;

  broker->handle(0, connection, frame, [&](Reply r) { reply = std::move(r); });
  loop.run_ready();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->close_because, "");
}

TEST_F(WholeBroker, advertises_produce_from_0_and_refuses_what_is_below_3) {
  auto answer = ask(
      wire::ApiVersionsRequest{.client_software_name = "story", .client_software_version = "1"}, 3);
  auto produce = std::ranges::find(answer.api_keys, 0, &wire::ApiVersionsResponse::Api::api_key);

  EXPECT_EQ(produce->min_version, 0);
  EXPECT_EQ(produce->max_version, 13);
  EXPECT_FALSE(broker->admit({.api_key = 0, .api_version = 2, .frame_bytes = 100}));
  EXPECT_TRUE(broker->admit({.api_key = 0, .api_version = 3, .frame_bytes = 100}));
  EXPECT_FALSE(broker->admit({.api_key = 77, .api_version = 0, .frame_bytes = 100}));
}

TEST_F(WholeBroker, limits_a_first_request_unless_it_is_a_produce) {
  FramePrefix metadata{.api_key = 3, .api_version = 1, .frame_bytes = 65536, .first_request = true};
  EXPECT_TRUE(broker->admit(metadata));
  ++metadata.frame_bytes;
  EXPECT_FALSE(broker->admit(metadata));
  metadata.first_request = false;
  EXPECT_TRUE(broker->admit(metadata));
  EXPECT_TRUE(broker->admit(
      {.api_key = 0, .api_version = 7, .frame_bytes = 5'000'000, .first_request = true}));
}

TEST_F(WholeBroker, never_gives_out_a_producer_id_twice) {
  wire::InitProducerIdRequest request;
  request.transactional_id.reset();
  auto first = ask(request, 4).producer_id;
  auto second = ask(request, 4, 2).producer_id;

  kill_and_start();
  auto third = ask(request, 4).producer_id;

  EXPECT_EQ(second, first + 1);
  EXPECT_GT(third, second);
}

TEST_F(WholeBroker, refuses_transactional_ids_for_good) {
  wire::InitProducerIdRequest request;
  request.transactional_id = "tx";

  EXPECT_EQ(ask(request, 4).error_code, ErrorCode::transactional_id_authorization_failed);
}

TEST_F(WholeBroker, closes_on_a_frame_that_is_no_request) {
  auto encoded = wire::request_frame(wire::MetadataRequest{}, 9, 7, "story");
  Buffer frame(encoded->bytes.begin() + wire::frame_prefix_size, encoded->bytes.end() - 1);
  std::optional<Reply> reply;

  broker->handle(0, connection, frame, [&](Reply r) { reply = std::move(r); });

  ASSERT_TRUE(reply);
  EXPECT_NE(reply->close_because.find("MetadataRequest"), std::string::npos);
}

}  // namespace
}  // namespace millrace::broker
