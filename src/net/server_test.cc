#include "net/server.h"

#include <gtest/gtest.h>

#include <random>

#include "io/posix_directory.h"
#include "net/raw_client_for_test.h"
#include "testkit/test_broker.h"
#include "wire/api/api_versions.h"
#include "wire/api/create_topics.h"
#include "wire/api/fetch.h"
#include "wire/api/metadata.h"

namespace millrace::net {
namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

class ServerStory : public ::testing::Test {
 protected:
  void start(Properties properties = {}) {
    auto started = millrace::testing::TestBroker::start({.properties = std::move(properties)});
    ASSERT_TRUE(started) << started.error().message();
    broker = *std::move(started);
  }
  void expect_alive() {
    RawClient client(broker->port());
    client.send(wire::ApiVersionsRequest{}, 0, 1);
    EXPECT_EQ(client.receive_correlation_id(), 1);
  }
  wire::MetadataResponse metadata(RawClient& client) {
    client.send(wire::MetadataRequest{}, 9, 1);
    auto frame = client.receive();
    EXPECT_TRUE(frame);
    auto header = wire::decode_response_header(wire::ApiKey::metadata, 9, *frame);
    return *wire::decode<wire::MetadataResponse>(Bytes(*frame).subspan(header->size), 9);
  }

  std::unique_ptr<millrace::testing::TestBroker> broker;
};

using HostileBytes = ServerStory;
using Serving = ServerStory;

TEST_F(HostileBytes, at_random_close_the_connection_and_nothing_else) {
  start();
  std::mt19937 random(7);
  for (int i = 0; i < 50; ++i) {
    RawClient client(broker->port());
    Buffer noise(1 + random() % 5000);
    for (auto& b : noise) b = static_cast<std::byte>(random());
    client.send(noise);
    client.finish_sending();
    while (client.receive()) {
    }
  }
  expect_alive();
}

TEST_F(HostileBytes, that_announce_two_gibibytes_are_refused_unread) {
  start();
  RawClient client(broker->port());
  Buffer prefix(4);
  store_be<int32_t>(prefix.data(), INT32_MAX);

  client.send(prefix);

  EXPECT_TRUE(client.is_closed_by_peer());
  expect_alive();
}

TEST_F(HostileBytes, that_announce_a_negative_or_empty_frame_are_refused) {
  start();
  for (int32_t length : {-1, INT32_MIN, 0, 7}) {
    RawClient client(broker->port());
    Buffer prefix(4);
    store_be(prefix.data(), length);
    client.send(prefix);
    EXPECT_TRUE(client.is_closed_by_peer()) << length;
  }
  expect_alive();
}

TEST_F(HostileBytes, that_end_in_the_middle_of_a_frame_do_no_harm) {
  start();
  auto frame = wire::request_frame(wire::MetadataRequest{}, 9, 1, "raw");
  for (size_t length = 1; length < frame->bytes.size(); ++length) {
    RawClient client(broker->port());
    client.send(Bytes(frame->bytes).first(length));
    client.finish_sending();
    EXPECT_TRUE(client.is_closed_by_peer());
  }
  expect_alive();
}

TEST_F(HostileBytes, with_an_unknown_api_or_version_are_refused) {
  start();
  for (auto [key, version] :
       {std::pair(999, 0), std::pair(-1, 0), std::pair(3, 99), std::pair(0, 2), std::pair(4, 0)}) {
    RawClient client(broker->port());
    Buffer frame(20);
    store_be<int32_t>(frame.data(), 16);
    store_be<int16_t>(&frame[4], static_cast<int16_t>(key));
    store_be<int16_t>(&frame[6], static_cast<int16_t>(version));
    client.send(frame);
    EXPECT_TRUE(client.is_closed_by_peer()) << key << " v" << version;
  }
  expect_alive();
}

TEST_F(HostileBytes, that_trickle_are_cut_off_in_time) {
  start({{"millrace.request.max.ms", "50"}});
  RawClient client(broker->port());
  Buffer some(6);
  store_be<int32_t>(some.data(), 1000);
  store_be<int16_t>(&some[4], 3);

  client.send(some);

  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(Serving, answers_pipelined_requests_in_their_order) {
  start({{"millrace.shards", "3"}});
  RawClient client(broker->port());
  Buffer all;
  for (int32_t id = 0; id < 200; ++id) {
    auto frame = wire::request_frame(wire::MetadataRequest{}, 9, id, "raw");
    all.insert(all.end(), frame->bytes.begin(), frame->bytes.end());
  }

  client.send(all);

  for (int32_t id = 0; id < 200; ++id) EXPECT_EQ(client.receive_correlation_id(), id);
}

TEST_F(Serving, tells_each_client_the_address_it_reached) {
  start();
  RawClient client(broker->port());

  auto answer = metadata(client);

  EXPECT_EQ(answer.brokers[0].host, "127.0.0.1");
  EXPECT_EQ(answer.brokers[0].port, broker->port());
}

TEST_F(Serving, tells_the_advertised_address_when_there_is_one) {
  start({{"advertised.listeners", "PLAINTEXT://example.org:1234"}});
  RawClient client(broker->port());

  auto answer = metadata(client);

  EXPECT_EQ(answer.brokers[0].host, "example.org");
  EXPECT_EQ(answer.brokers[0].port, 1234);
}

TEST_F(Serving, tells_an_ipv4_address_on_a_listener_for_both_families) {
  start({{"listeners", "PLAINTEXT://[::]:0"}});
  RawClient client(broker->port());

  EXPECT_EQ(metadata(client).brokers[0].host, "127.0.0.1");
}

TEST_F(Serving, closes_one_connection_too_many_and_serves_again_when_one_is_gone) {
  start({{"max.connections", "2"}});
  auto first = std::make_unique<RawClient>(broker->port());
  metadata(*first);
  RawClient second(broker->port());
  metadata(second);
  {
    RawClient third(broker->port());
    EXPECT_TRUE(third.is_closed_by_peer());
  }

  first.reset();
  bool served = false;
  for (int i = 0; i < 1000 && !served; ++i) {
    RawClient next(broker->port());
    auto frame = wire::request_frame(wire::ApiVersionsRequest{}, 0, 1, "raw");
    served = next.send(frame->bytes) && next.receive().has_value();
  }
  EXPECT_TRUE(served);
}

TEST_F(Serving, closes_an_idle_connection) {
  start({{"connections.max.idle.ms", "50"}});
  RawClient client(broker->port());
  metadata(client);

  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(Serving, answers_a_long_poll_when_it_stops) {
  start();
  RawClient client(broker->port());
  wire::CreateTopicsRequest create;
  auto& topic = create.topics.emplace_back();
  topic.name = "t";
  topic.num_partitions = topic.replication_factor = 1;
  client.send(create, 5, 1);
  ASSERT_TRUE(client.receive());
  wire::FetchRequest fetch;
  fetch.max_wait_ms = 60'000;
  fetch.min_bytes = 1;
  auto& asked = fetch.topics.emplace_back();
  asked.topic = "t";
  asked.partitions.emplace_back().partition_max_bytes = 1000;
  client.send(fetch, 11, 2);
  client.send(wire::MetadataRequest{}, 9, 3);  // answered after it

  ASSERT_TRUE(broker->stop());

  EXPECT_EQ(client.receive_correlation_id(), 2);
}

TEST(Listening, on_a_port_in_use_says_what_to_do) {
  auto first = millrace::testing::TestBroker::start();
  ASSERT_TRUE(first);

  auto second = millrace::testing::TestBroker::start(
      {.properties = {{"listeners", "PLAINTEXT://" + (*first)->bootstrap()}}});

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::busy);
  EXPECT_NE(second.error().context.find("--listen"), std::string::npos);
}

TEST(Starting, on_a_data_directory_in_use_is_refused) {
  auto first = millrace::testing::TestBroker::start();
  ASSERT_TRUE(first);

  auto second =
      millrace::testing::TestBroker::start({.data_directory = (*first)->data_directory()});

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::busy);
}

}  // namespace
}  // namespace millrace::net
