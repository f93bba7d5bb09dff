#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "client/mock_cluster.h"
#include "client/recording_log.h"
#include "millrace/client.h"

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

namespace millrace {

struct Click {
  std::string user{};
  int32_t count = 0;
};
MILLRACE_FIELDS(Click, user, count)

namespace {

using client::MockCluster;
using client::RecordingLog;
using Texts = Consumer<std::string, std::string>;
using Clicks = Consumer<std::string, Click>;
using Values = std::vector<std::string>;

template <class C>
C open(ConsumerOptions options) {
  auto opened = C::open(std::move(options));
  EXPECT_TRUE(opened.has_value()) << opened.error().message();
  return *std::move(opened);
}

/// A broker with one topic "t"; most tests read it without a group, which the mock lets in at once.
class ConsumerTest : public testing::Test {
 protected:
  ConsumerTest() { cluster_.create_topic("t", 1); }

  void produce(const Values& values, const std::string& topic = "t") {
    auto producer = Producer<std::string, std::string>::open({.bootstrap = cluster_.bootstrap()});
    ASSERT_TRUE(producer.has_value());
    for (const auto& value : values) producer->send(topic, "k", value);
    ASSERT_TRUE(producer->flush(10s).has_value());
  }

  ConsumerOptions from_start(OnError on_error = OnError::fail()) {
    return {.bootstrap = cluster_.bootstrap(),
            .topics = {"t"},
            .auto_offset_reset = Reset::earliest,
            .stop_at_end = true,
            .on_error = std::move(on_error),
            .props = {{"fetch.wait.max.ms", "10"}},  // the mock tells of an end only after this
            .logger = log_.logger()};
  }
  ConsumerOptions in_group(OnError on_error = OnError::fail()) {
    auto options = from_start(std::move(on_error));
    options.group = "g";
    // The mock makes whoever follows a leaving member wait for a session timeout less a second.
    options.session_timeout = 5'000ms;  // it needs more than 3 s for a first join
    options.props.push_back({"heartbeat.interval.ms", "300"});
    return options;
  }

  Values read_all(Texts& consumer) {
    Values values;
    for (auto& record : consumer.records()) values.push_back(record.value.value_or("null"));
    EXPECT_TRUE(consumer.status().has_value());
    return values;
  }

  static Offset committed(Texts& consumer) {
    auto committed = consumer.committed();
    EXPECT_TRUE(committed.has_value() && committed->size() == 1);
    return committed->at(0).offset;
  }

  MockCluster cluster_;
  RecordingLog log_;
};

std::string header(const Headers& headers, std::string_view name) {
  for (const auto& h : headers) {
    if (h.name == name) return h.value.value_or("null");
  }
  return "absent";
}

TEST_F(ConsumerTest, reads_keys_values_headers_timestamps_and_nulls) {
  auto producer = Producer<std::string, std::string>::open({.bootstrap = cluster_.bootstrap()});
  ASSERT_TRUE(producer.has_value());
  producer->send(
      "t", "k", "v",
      {.headers = {{"a", "1"}, {"a", ""}, {"n", std::nullopt}}, .timestamp = Timestamp(1'234)});
  producer->send("t", "k", std::nullopt);
  producer->send("t", std::nullopt, "");
  ASSERT_TRUE(producer->flush(10s).has_value());

  auto consumer = open<Texts>(from_start());
  std::vector<Record<std::string, std::string>> records;
  for (auto& record : consumer.records()) records.push_back(std::move(record));

  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].key, "k");
  EXPECT_EQ(records[0].value, "v");
  EXPECT_EQ(records[0].timestamp, Timestamp(1'234));
  EXPECT_EQ(records[0].headers, (Headers{{"a", "1"}, {"a", ""}, {"n", std::nullopt}}));
  EXPECT_EQ(records[1].value, std::nullopt);
  EXPECT_EQ(records[2].key, std::nullopt);
  EXPECT_EQ(records[2].value, "");
  EXPECT_EQ(records[2].offset, Offset(2));
}

TEST_F(ConsumerTest, reads_every_codec) {
  Values expected;
  for (auto codec : {Compression::none, Compression::gzip, Compression::snappy, Compression::lz4,
                     Compression::zstd}) {
    auto producer = Producer<std::string, std::string>::open(
        {.bootstrap = cluster_.bootstrap(), .compression = codec});
    ASSERT_TRUE(producer.has_value());
    expected.emplace_back(1000, static_cast<char>('a' + static_cast<int>(codec)));
    producer->send("t", "k", expected.back());
    ASSERT_TRUE(producer->flush(10s).has_value());
  }
  auto consumer = open<Texts>(from_start());
  EXPECT_EQ(read_all(consumer), expected);
}

TEST_F(ConsumerTest, a_loop_ends_at_the_idle_timeout) {
  auto options = from_start();
  options.stop_at_end = false;
  options.idle_timeout = 50ms;
  auto consumer = open<Texts>(options);
  EXPECT_EQ(read_all(consumer), Values{});
  EXPECT_EQ(consumer.ended(), Ended::idle);
}

TEST_F(ConsumerTest, a_stop_request_wakes_a_waiting_loop) {
  auto options = from_start();
  options.stop_at_end = false;
  auto consumer = open<Texts>(options);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  for (auto& record : consumer.records(stop.get_token())) ADD_FAILURE() << record.offset.value();
  EXPECT_EQ(consumer.ended(), Ended::stopped);
}

TEST_F(ConsumerTest, a_body_that_breaks_out_goes_on_behind_its_record) {
  produce({"a", "b", "c"});
  auto consumer = open<Texts>(from_start());
  for (auto& record : consumer.records()) {
    if (record.value == "b") break;
  }
  EXPECT_THAT(read_all(consumer), ElementsAre("c"));
}

TEST_F(ConsumerTest, a_body_that_throws_leaves_its_record_uncommitted_and_gets_it_again) {
  produce({"a", "b", "c"});
  auto consumer = open<Texts>(in_group());
  auto body = [](const auto& record) {
    if (record.value == "b") throw std::runtime_error("no");
  };
  EXPECT_THROW(for (auto& record : consumer.records()) body(record), std::runtime_error);

  ASSERT_TRUE(consumer.commit().has_value());
  EXPECT_EQ(committed(consumer), Offset(1));
  EXPECT_THAT(read_all(consumer), ElementsAre("b", "c"));
  ASSERT_TRUE(consumer.commit().has_value());
  EXPECT_EQ(committed(consumer), Offset(3));
}

TEST_F(ConsumerTest,
       a_closed_consumer_has_committed_what_was_processed_and_its_heir_goes_on_there) {
  produce({"a", "b", "c"});
  {
    auto consumer = open<Texts>(in_group());
    int seen = 0;
    for (auto& record : consumer.records()) {
      EXPECT_TRUE(record.value.has_value());
      if (++seen == 3) break;  // the third is never finished
    }
    EXPECT_TRUE(consumer.close().has_value());
  }
  auto heir = open<Texts>(in_group());
  EXPECT_THAT(read_all(heir), ElementsAre("c"));
}

TEST_F(ConsumerTest, manual_commits_include_the_record_the_loop_is_at) {
  produce({"a", "b", "c"});
  auto options = in_group();
  options.auto_commit = std::nullopt;
  auto consumer = open<Texts>(options);
  for (auto& record : consumer.records()) {
    if (record.value != "b") continue;
    EXPECT_TRUE(consumer.commit().has_value());
    EXPECT_EQ(committed(consumer), Offset(2));
  }
}

TEST_F(ConsumerTest, an_undecodable_record_stops_the_loop_by_default_and_stays) {
  produce({R"({"user":"ann","count":1})", R"({"user":"bob","count":"many"})"});
  auto consumer = open<Clicks>(from_start());
  Values users;
  for (auto& click : consumer.records()) users.push_back(click.value->user);

  EXPECT_THAT(users, ElementsAre("ann"));
  ASSERT_FALSE(consumer.status().has_value());
  EXPECT_EQ(consumer.ended(), Ended::failed);
  EXPECT_EQ(consumer.status().error().code, Errc::corrupt);
  EXPECT_THAT(consumer.status().error().message(),
              HasSubstr("t-0 offset 1: JSON field count: expected a whole number"));
  EXPECT_FALSE(consumer.process({}, [](auto&) { FAIL(); }).has_value());
}

TEST_F(ConsumerTest, skip_logs_the_record_and_goes_on) {
  produce({"{", R"({"user":"bob","count":2})"});
  auto consumer = open<Clicks>(from_start(OnError::skip()));
  Values users;
  for (auto& click : consumer.records()) users.push_back(click.value->user);
  EXPECT_THAT(users, ElementsAre("bob"));
  EXPECT_EQ(consumer.stats().skipped, 1u);
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("record skipped topic=t partition=0 offset=0")));
}

TEST_F(ConsumerTest, an_undecodable_record_becomes_a_dead_letter_with_its_bytes_and_the_reason) {
  cluster_.create_topic("t.dlq", 1);
  auto producer = Producer<std::string, std::string>::open({.bootstrap = cluster_.bootstrap()});
  ASSERT_TRUE(producer.has_value());
  producer->send("t", "key", "{\"user\":\"ann\"", {.headers = {{"trace", "7"}}});
  producer->send("t", "key", R"({"user":"bob","count":2})");
  ASSERT_TRUE(producer->flush(10s).has_value());

  auto consumer =
      open<Clicks>(from_start(OnError::retry(3, 10ms).then(OnError::dead_letter("t.dlq"))));
  Values users;
  for (auto& click : consumer.records()) users.push_back(click.value->user);
  EXPECT_THAT(users, ElementsAre("bob"));
  EXPECT_EQ(consumer.stats().dead_lettered, 1u);

  auto options = from_start();
  options.topics = {"t.dlq"};
  auto letters = open<Texts>(options);
  int seen = 0;
  for (auto& letter : letters.records()) {
    ++seen;
    EXPECT_EQ(letter.key, "key");
    EXPECT_EQ(letter.value, "{\"user\":\"ann\"");
    EXPECT_EQ(header(letter.headers, "trace"), "7");
    EXPECT_EQ(header(letter.headers, "mr.dlq.topic"), "t");
    EXPECT_EQ(header(letter.headers, "mr.dlq.partition"), "0");
    EXPECT_EQ(header(letter.headers, "mr.dlq.offset"), "0");
    EXPECT_EQ(header(letter.headers, "mr.dlq.stage"), "value");
    EXPECT_EQ(header(letter.headers, "mr.dlq.attempts"), "1");
    EXPECT_THAT(header(letter.headers, "mr.dlq.error"), HasSubstr("JSON"));
    EXPECT_GT(std::stoll(header(letter.headers, "mr.dlq.ts")), 1'700'000'000'000);
  }
  EXPECT_EQ(seen, 1);
}

TEST_F(ConsumerTest, a_failing_handler_is_retried_until_it_succeeds) {
  produce({"a", "b"});
  auto consumer = open<Texts>(from_start(OnError::retry(3, 1ms)));
  int calls = 0;
  auto processed = consumer.process({}, [&](auto&) -> Result<void> {
    if (++calls <= 2) return fail(Errc::unavailable, "not yet");
    return {};
  });
  EXPECT_TRUE(processed.has_value());
  EXPECT_EQ(calls, 4);
  EXPECT_EQ(consumer.stats().retries, 2u);
}

TEST_F(ConsumerTest, a_handler_that_fails_for_good_sends_the_record_to_the_dead_letters) {
  cluster_.create_topic("dead", 1);
  produce({"bad", "good"});
  auto consumer =
      open<Texts>(from_start(OnError::retry(2, 1ms).then(OnError::dead_letter("dead"))));
  Values handled;
  auto processed = consumer.process({}, [&](auto& record) {
    if (record.value == "bad") throw std::runtime_error("cannot");
    handled.push_back(*record.value);
  });
  EXPECT_TRUE(processed.has_value());
  EXPECT_THAT(handled, ElementsAre("good"));

  auto options = from_start();
  options.topics = {"dead"};
  auto letters = open<Texts>(options);
  for (auto& letter : letters.records()) {
    EXPECT_EQ(letter.value, "bad");
    EXPECT_EQ(header(letter.headers, "mr.dlq.stage"), "process");
    EXPECT_EQ(header(letter.headers, "mr.dlq.attempts"), "3");
    EXPECT_THAT(header(letter.headers, "mr.dlq.error"), HasSubstr("cannot"));
  }
  EXPECT_EQ(letters.stats().records, 1u);
}

TEST_F(ConsumerTest, a_stop_during_retries_keeps_the_record) {
  produce({"a"});
  auto consumer = open<Texts>(from_start(OnError::retry(1, 10'000ms)));
  std::stop_source stop;
  auto processed = consumer.process(stop.get_token(), [&](auto&) -> Result<void> {
    stop.request_stop();
    return fail(Errc::unavailable, "never");
  });
  EXPECT_TRUE(processed.has_value());
  EXPECT_EQ(consumer.ended(), Ended::stopped);
  EXPECT_THAT(read_all(consumer), ElementsAre("a"));
}

TEST_F(ConsumerTest, seek_goes_back_and_forth) {
  produce({"a", "b", "c"});
  auto consumer = open<Texts>(from_start());
  EXPECT_THAT(read_all(consumer), ElementsAre("a", "b", "c"));
  ASSERT_TRUE(consumer.seek({"t", PartitionId(0), Offset(1)}).has_value());
  EXPECT_THAT(read_all(consumer), ElementsAre("b", "c"));
  EXPECT_EQ(consumer.seek({"t", PartitionId(9), Offset(1)}).error().code, Errc::not_found);
}

TEST_F(ConsumerTest, a_paused_partition_waits_with_what_was_fetched_of_it) {
  produce({"a", "b", "c"});
  auto options = from_start();
  options.stop_at_end = false;
  options.idle_timeout = 200ms;
  auto consumer = open<Texts>(options);
  Values values;
  for (auto& record : consumer.records()) {
    values.push_back(*record.value);
    ASSERT_TRUE(consumer.pause({{"t", PartitionId(0)}}).has_value());
  }
  EXPECT_THAT(values, ElementsAre("a"));

  produce({"d"});
  ASSERT_TRUE(consumer.resume({{"t", PartitionId(0)}}).has_value());
  constexpr int patience = 50;  // librdkafka takes its time to fetch again
  for (int round = 0; values.size() < 4 && round < patience; ++round) {
    for (auto& record : consumer.records()) values.push_back(*record.value);
  }
  EXPECT_THAT(values, ElementsAre("a", "b", "c", "d"));
}

TEST_F(ConsumerTest, positions_tell_how_far_it_is) {
  produce({"a", "b"});
  auto consumer = open<Texts>(from_start());
  read_all(consumer);
  ASSERT_EQ(consumer.positions().size(), 1u);
  EXPECT_EQ(consumer.positions()[0].position, Offset(2));
  EXPECT_EQ(consumer.positions()[0].lag, 0);
  EXPECT_TRUE(consumer.at_end());
}

TEST_F(ConsumerTest, rebalance_hooks_get_partitions_by_value_and_may_throw) {
  produce({"a"});
  std::vector<TopicPartitionOffset> assigned;
  int revoked = 0;
  auto options = in_group();
  options.on_assigned = [&](auto partitions) {
    assigned = std::move(partitions);
    throw std::runtime_error("hook");
  };
  options.on_revoked = [&](auto partitions, bool lost) {
    revoked += static_cast<int>(partitions.size());
    EXPECT_FALSE(lost);
  };
  auto consumer = open<Texts>(options);
  EXPECT_THAT(read_all(consumer), ElementsAre("a"));
  ASSERT_EQ(assigned.size(), 1u);
  EXPECT_EQ(assigned[0].topic, "t");
  EXPECT_TRUE(consumer.close().has_value());
  EXPECT_EQ(revoked, 1);
  EXPECT_THAT(log_.lines(), Contains("a rebalance hook threw error=hook (failed)"));
}

TEST_F(ConsumerTest, without_a_reset_policy_a_missing_offset_is_an_error) {
  produce({"a"});
  auto options = in_group();
  options.auto_offset_reset = Reset::none;
  auto consumer = open<Texts>(options);
  for (auto& record : consumer.records()) ADD_FAILURE() << record.offset.value();
  ASSERT_FALSE(consumer.status().has_value());
  EXPECT_EQ(consumer.status().error().code, Errc::out_of_range);
}

TEST(ConsumerOptions, close_without_a_broker_is_bounded) {
  auto consumer = open<Texts>({.bootstrap = "127.0.0.1:1",
                               .topics = {"t"},
                               .group = "g",
                               .idle_timeout = 50ms,
                               .close_timeout = 200ms});
  for (auto& record : consumer.records()) ADD_FAILURE() << record.offset.value();
  auto before = SystemClock().mono_now();
  (void)consumer.close();
  EXPECT_LT(SystemClock().mono_now() - before, 5s);
}

std::string open_error(ConsumerOptions options) {
  auto opened = Texts::open(std::move(options));
  return opened ? "opened" : opened.error().message();
}

TEST(ConsumerOptions, mistakes_are_named) {
  EXPECT_THAT(open_error({.props = {{"auto.offset.rest", "earliest"}}}),
              HasSubstr("unknown property 'auto.offset.rest' (did you mean auto.offset.reset?)"));
  EXPECT_THAT(open_error({.props = {{"enable.auto.commit", "true"}}}),
              HasSubstr("'enable.auto.commit' is set by the library itself"));
  EXPECT_THAT(open_error({.on_error = OnError::dead_letter("")}), HasSubstr("has no name"));
  EXPECT_THAT(open_error({.on_error = OnError::retry(100, 10'000ms)}),
              HasSubstr("100 retries wait 1000000 ms in all"));
  EXPECT_THAT(open_error({.batch_records = 0}), HasSubstr("batch_records"));
}

TEST(OnError, backoff_doubles_up_to_its_limit) {
  auto policy = OnError::retry(5, 100ms);
  policy.max_backoff = 500ms;
  EXPECT_EQ(policy.wait_after(1), 100ms);
  EXPECT_EQ(policy.wait_after(2), 200ms);
  EXPECT_EQ(policy.wait_after(3), 400ms);
  EXPECT_EQ(policy.wait_after(4), 500ms);
  EXPECT_EQ(policy.wait_after(400), 500ms);
  EXPECT_EQ(policy.total_wait(), 1700ms);
}

}  // namespace
}  // namespace millrace
