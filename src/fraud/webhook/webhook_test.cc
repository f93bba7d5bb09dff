#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "fraud/webhook/delivery_queue.h"
#include "fraud/webhook/standard_webhooks.h"

namespace millrace::fraud {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using Outcome = DeliveryQueue::Outcome;
using namespace std::chrono_literals;

TEST(WebhookSecret, signs_as_the_standard_s_own_example) {
  const auto secret = WebhookSecret::parse(" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
  ASSERT_TRUE(secret);

  EXPECT_EQ(secret->sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSecret, refuses_what_is_too_short_too_long_or_no_base64_without_repeating_it) {
  const auto of_bytes = [](size_t count) { return "whsec_" + std::string(count / 3 * 4, 'A'); };

  EXPECT_TRUE(WebhookSecret::parse(of_bytes(24)));
  EXPECT_TRUE(WebhookSecret::parse(of_bytes(63)));
  for (const std::string& text : {of_bytes(21), of_bytes(66), std::string("hunter2"),
                                  std::string("whsec_****************")}) {
    const auto secret = WebhookSecret::parse(text);
    ASSERT_FALSE(secret) << text;
    EXPECT_EQ(secret.error().context.find(text), std::string::npos) << text;
  }
}

class DeliveryQueueTest : public ::testing::Test {
 protected:
  void add(int64_t offset) { queue.add(key(offset), {.id = "id", .body = "body"}, now); }
  static DeliveryQueue::Key key(int64_t offset) { return {PartitionId(0), Offset(offset)}; }

  RetryPolicy policy{.give_up_after = 60s, .max_waiting = 3, .max_at_once = 2};
  DeliveryQueue queue{policy, 1};
  MonoTime now{1h};
};

TEST_F(DeliveryQueueTest, commits_up_to_the_first_record_that_is_not_settled) {
  for (int64_t offset : {5, 6, 7}) add(offset);
  EXPECT_THAT(queue.take_progress(), ElementsAre(Pair(PartitionId(0), Offset(5))));

  ASSERT_EQ(queue.start_next(now), key(5));
  ASSERT_EQ(queue.start_next(now), key(6));
  EXPECT_EQ(queue.on_result(key(6), {200}, now), Outcome::delivered);
  EXPECT_THAT(queue.take_progress(), IsEmpty()) << "5 is still under way";
  EXPECT_EQ(queue.on_result(key(5), {204}, now), Outcome::delivered);

  EXPECT_THAT(queue.take_progress(), ElementsAre(Pair(PartitionId(0), Offset(7))));
}

TEST_F(DeliveryQueueTest, has_no_more_under_way_or_waiting_than_its_limits) {
  for (int64_t offset : {1, 2}) add(offset);
  EXPECT_TRUE(queue.has_room());
  add(3);
  EXPECT_FALSE(queue.has_room());

  EXPECT_TRUE(queue.start_next(now));
  EXPECT_TRUE(queue.start_next(now));
  EXPECT_FALSE(queue.start_next(now));
}

TEST_F(DeliveryQueueTest, doubles_its_wait_after_each_failure_with_jitter) {
  add(1);
  std::set<Duration> shares;
  ASSERT_TRUE(queue.start_next(now));
  for (int64_t seconds : {1, 2, 4, 8, 16}) {
    EXPECT_EQ(queue.on_result(key(1), {seconds % 4 == 0 ? 500 : 302}, now), Outcome::retried);
    const MonoTime failed = now;
    while (!queue.start_next(now)) now += 1ms;
    const Duration wait = now - failed;
    EXPECT_GE(wait, seconds * 500ms);
    EXPECT_LE(wait, seconds * 1000ms + 1ms);
    shares.insert(wait / seconds);
  }
  EXPECT_GT(shares.size(), 3U);
}

TEST_F(DeliveryQueueTest, waits_as_long_as_the_receiver_asks_within_reason) {
  add(1);
  ASSERT_TRUE(queue.start_next(now));
  queue.on_result(key(1), {429, 30s}, now);
  EXPECT_FALSE(queue.start_next(now + 29s));
  ASSERT_TRUE(queue.start_next(now + 30s));

  queue.on_result(key(1), {503, 24h}, now);

  EXPECT_FALSE(queue.start_next(now + 599s));
  EXPECT_TRUE(queue.start_next(now + 600s));
}

TEST_F(DeliveryQueueTest, gives_up_in_the_end_and_keeps_the_record_until_it_is_buried) {
  add(1);
  ASSERT_TRUE(queue.start_next(now));
  EXPECT_EQ(queue.on_result(key(1), {0}, now + 59s), Outcome::retried);
  ASSERT_TRUE(queue.start_next(now + 80s));
  EXPECT_EQ(queue.on_result(key(1), {0}, now + 81s), Outcome::given_up);
  EXPECT_THAT(queue.take_progress(), ElementsAre(Pair(PartitionId(0), Offset(1))));

  queue.settle(key(1));

  EXPECT_THAT(queue.take_progress(), ElementsAre(Pair(PartitionId(0), Offset(2))));
  EXPECT_TRUE(queue.empty());
}

TEST_F(DeliveryQueueTest, tells_when_the_receiver_wants_no_more) {
  add(1);
  ASSERT_TRUE(queue.start_next(now));

  EXPECT_EQ(queue.on_result(key(1), {410}, now), Outcome::gone);
}

TEST_F(DeliveryQueueTest, forgets_a_partition_that_is_somebody_else_s) {
  add(1);
  queue.add({PartitionId(1), Offset(9)}, {.id = "id", .body = "body"}, now);
  ASSERT_EQ(queue.start_next(now), key(1));

  queue.drop(PartitionId(0));

  EXPECT_FALSE(queue.contains(key(1)));
  EXPECT_THAT(queue.take_progress(), ElementsAre(Pair(PartitionId(1), Offset(9))));
  EXPECT_EQ(queue.start_next(now), (DeliveryQueue::Key{PartitionId(1), Offset(9)}));
}

}  // namespace
}  // namespace millrace::fraud
