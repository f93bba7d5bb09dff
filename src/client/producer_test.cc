#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <future>
#include <thread>

#include "client/mock_cluster.h"
#include "client/recording_log.h"
#include "millrace/client.h"

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

namespace millrace {

struct Payment {
  std::string user{};
  double amount = 0;
};
MILLRACE_FIELDS(Payment, user, amount)

namespace {

using client::MockCluster;
using client::RecordingLog;
using Texts = Producer<std::string, std::string>;

/// Nobody listens there.
constexpr const char* nowhere = "127.0.0.1:1";

Texts open(ProducerOptions options) {
  auto opened = Texts::open(std::move(options));
  EXPECT_TRUE(opened.has_value()) << opened.error().message();
  return *std::move(opened);
}

std::string open_error(ProducerOptions options) {
  auto opened = Texts::open(std::move(options));
  return opened ? "opened" : opened.error().message();
}

TEST(ProducerOptions, an_unknown_property_is_refused_with_the_nearest_name) {
  EXPECT_EQ(open_error({.props = {{"lingr.ms", "5"}}}),
            "unknown property 'lingr.ms' (did you mean linger.ms?) (invalid_argument)");
}

TEST(ProducerOptions, a_wrong_value_is_refused_with_the_reason) {
  EXPECT_THAT(open_error({.props = {{"linger.ms", "soon"}}}), HasSubstr("'linger.ms' = 'soon'"));
  EXPECT_THAT(open_error({.partitioner = "murmur"}), HasSubstr("'partitioner' = 'murmur'"));
}

TEST(ProducerOptions, what_the_library_needs_for_itself_is_refused) {
  EXPECT_THAT(open_error({.props = {{"log.queue", "false"}}}), HasSubstr("'log.queue' is set by"));
}

TEST(ProducerOptions, idempotence_asked_for_without_all_acks_is_a_contradiction) {
  EXPECT_THAT(open_error({.acks = Acks::leader, .idempotence = true}), HasSubstr("acks"));
  EXPECT_EQ(open_error({.acks = Acks::leader}), "opened");
}

TEST(Producer, a_delivery_tells_where_the_record_went) {
  MockCluster cluster;
  cluster.create_topic("t", 3);
  auto producer = open({.bootstrap = cluster.bootstrap()});

  auto first = producer.send("t", "k", "a", {.partition = PartitionId(2)}).get(10s);
  auto second = producer.send("t", "k", "b", {.partition = PartitionId(2)}).get(10s);

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->partition, PartitionId(2));
  EXPECT_EQ(first->offset, Offset(0));
  EXPECT_EQ(second->offset, Offset(1));
  EXPECT_EQ(producer.stats().delivered, 2u);
}

TEST(Producer, keys_go_where_kafkas_own_partitioner_puts_them) {
  MockCluster cluster;
  cluster.create_topic("t", 5);
  auto producer = open({.bootstrap = cluster.bootstrap()});
  // murmur2 of Kafka's UtilsTest, sign bit cleared, modulo 5
  EXPECT_EQ(producer.send("t", "21", "").get(10s)->partition, PartitionId(0));
  EXPECT_EQ(producer.send("t", "foobar", "").get(10s)->partition, PartitionId(1));
  EXPECT_EQ(producer.send("t", "abc", "").get(10s)->partition, PartitionId(2));
}

TEST(Producer, callbacks_run_on_its_own_thread_and_may_throw) {
  MockCluster cluster;
  RecordingLog log;
  auto producer = open({.bootstrap = cluster.bootstrap(), .logger = log.logger()});
  std::promise<std::thread::id> where;

  producer.send("t", "k", "v").then([](const auto&) { throw std::runtime_error("oops"); });
  producer.send("t", "k", "v").then([&](const Result<RecordMetadata>& sent) {
    EXPECT_TRUE(sent.has_value());
    where.set_value(std::this_thread::get_id());
  });

  EXPECT_NE(where.get_future().get(), std::this_thread::get_id());
  EXPECT_THAT(log.lines(), Contains("a delivery callback threw error=oops"));
  EXPECT_TRUE(producer.flush(10s).has_value());
}

TEST(Producer, a_flush_inside_a_callback_is_refused_instead_of_hanging) {
  MockCluster cluster;
  auto producer = open({.bootstrap = cluster.bootstrap()});
  std::promise<Errc> answer;
  producer.send("t", "k", "v").then([&](const auto&) {
    answer.set_value(producer.flush(10s).error().code);
  });
  EXPECT_EQ(answer.get_future().get(), Errc::invalid_argument);
}

TEST(Producer, a_full_queue_makes_send_wait_and_then_fails_the_delivery) {
  auto producer =
      open({.bootstrap = nowhere, .queue_records = 2, .max_block = 60ms, .close_timeout = 10ms});
  auto before = SystemClock().mono_now();
  producer.send("t", "k", "1");
  producer.send("t", "k", "2");

  auto third = producer.send("t", "k", "3");

  EXPECT_GE(SystemClock().mono_now() - before, 60ms);
  ASSERT_TRUE(third.ready());
  auto outcome = third.get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, Errc::limit_exceeded);
  EXPECT_THAT(outcome.error().message(), HasSubstr("queue_records = 2"));
}

TEST(Producer, a_full_queue_only_slows_down_who_sends_while_the_broker_keeps_up) {
  MockCluster cluster;
  auto producer = open({.bootstrap = cluster.bootstrap(), .linger = 0ms, .queue_records = 10});
  for (int i = 0; i < 500; ++i) producer.send("t", "k", "v");
  ASSERT_TRUE(producer.flush(20s).has_value());
  EXPECT_EQ(producer.stats().delivered, 500u);
}

TEST(Producer, flush_says_how_many_records_are_undelivered) {
  auto producer = open({.bootstrap = nowhere, .close_timeout = 10ms});
  for (int i = 0; i < 3; ++i) producer.send("t", "k", "v");
  auto flushed = producer.flush(50ms);
  ASSERT_FALSE(flushed.has_value());
  EXPECT_EQ(flushed.error().message(), "3 records undelivered after 50 ms (timed_out)");
  EXPECT_EQ(producer.undelivered(), 3u);
}

TEST(Producer, close_is_bounded_and_logs_what_was_lost) {
  RecordingLog log;
  auto delivery = [&] {
    auto producer = open({.bootstrap = nowhere, .close_timeout = 50ms, .logger = log.logger()});
    producer.send("t", "k", "v");
    return producer.send("t", "k", "v");
  }();
  ASSERT_TRUE(delivery.ready());
  EXPECT_EQ(delivery.get().error().code, Errc::cancelled);
  EXPECT_THAT(log.lines(), Contains(HasSubstr("records lost error=2 records undelivered")));
}

TEST(Producer, flush_reports_failures_that_nobody_looked_at_once) {
  MockCluster cluster;
  auto opened = Producer<std::string, Payment>::open({.bootstrap = cluster.bootstrap()});
  ASSERT_TRUE(opened.has_value());

  opened->send("t", "k", Payment{"ann", std::nan("")});
  auto looked_at = opened->send("t", "k", Payment{"bob", std::nan("")}).get();

  EXPECT_EQ(looked_at.error().code, Errc::invalid_argument);
  auto flushed = opened->flush(10s);
  ASSERT_FALSE(flushed.has_value());
  EXPECT_THAT(flushed.error().message(),
              AllOf(HasSubstr("1 records were not delivered"), HasSubstr("'amount'")));
  EXPECT_TRUE(opened->flush(10s).has_value());
}

TEST(Producer, a_passing_error_of_the_broker_is_retried) {
  MockCluster cluster;
  cluster.fail_produce(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 2);
  auto producer = open({.bootstrap = cluster.bootstrap(), .retry_backoff = 10ms});
  auto sent = producer.send("t", "k", "v").get(20s);
  EXPECT_TRUE(sent.has_value()) << sent.error().message();
}

TEST(Producer, every_codec_is_delivered) {
  MockCluster cluster;
  for (auto codec : {Compression::none, Compression::gzip, Compression::snappy, Compression::lz4,
                     Compression::zstd}) {
    auto producer = open({.bootstrap = cluster.bootstrap(), .compression = codec});
    EXPECT_TRUE(producer.send("t", "k", std::string(1000, 'x')).get(10s).has_value());
  }
}

TEST(Producer, sends_after_close_fail) {
  MockCluster cluster;
  auto producer = open({.bootstrap = cluster.bootstrap()});
  ASSERT_TRUE(producer.close().has_value());
  EXPECT_EQ(producer.send("t", "k", "v").get().error().code, Errc::cancelled);
}

}  // namespace
}  // namespace millrace
