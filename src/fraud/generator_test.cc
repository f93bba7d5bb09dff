#include "fraud/generator.h"

#include <gtest/gtest.h>

#include "fraud/detector.h"

namespace millrace::fraud {
namespace {

const Timestamp start(1'700'000'000'000);

TEST(Generator, makes_the_same_transactions_for_the_same_seed_and_others_for_another) {
  Generator a({.seed = 1}, start);
  Generator b({.seed = 1}, start);
  Generator c({.seed = 2}, start);

  int different = 0;
  for (int i = 0; i < 1000; ++i) {
    const Transaction transaction = a.next().transaction;
    EXPECT_EQ(transaction, b.next().transaction);
    different += transaction.user_id != c.next().transaction.user_id;
  }
  EXPECT_GT(different, 900);
}

TEST(Generator, keeps_its_rate_and_the_stated_share_of_fraud) {
  Generator generator({.per_second = 200, .fraud_share = 0.01}, start);
  int fraud = 0;
  Generated last;
  for (int i = 0; i < 20'000; ++i) {
    last = generator.next();
    fraud += last.fraud;
  }

  EXPECT_EQ(last.transaction.time, start + 19'999 * 5);
  EXPECT_NEAR(fraud, 200, 1);
}

TEST(Generator, makes_frauds_that_the_rules_find_and_honest_payments_that_they_rarely_mind) {
  Generator generator({.per_second = 500, .fraud_share = 0.01}, start);
  Detector detector;
  int alerts_on_fraud = 0;
  int alerts_on_honest = 0;
  for (int64_t i = 0; i < 100'000; ++i) {
    const Generated made = generator.next();
    const std::string json = encode_transaction(made.transaction);
    const auto verdict =
        detector.judge({{"transactions", PartitionId(0), Offset(i)}, Timestamp(-1), json}, start);
    (made.fraud ? alerts_on_fraud : alerts_on_honest) += static_cast<int>(verdict.alerts.size());
  }

  EXPECT_GT(alerts_on_fraud, 300) << "of 1000 frauds, most of them in bursts";
  EXPECT_LT(alerts_on_honest, 20);
}

}  // namespace
}  // namespace millrace::fraud
