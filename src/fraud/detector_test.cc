#include "fraud/detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace millrace::fraud {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Decision = Verdict::Decision;

const Timestamp noon(1522584000000);

/// A topic of one partition with a detector behind it.
class Feed {
 public:
  explicit Feed(DetectorConfig config = {}) : detector(config) {}

  Verdict raw(std::string_view json) {
    return detector.judge({{"transactions", PartitionId(2), Offset(next++)}, produced_at, json},
                          now);
  }
  Verdict operator()(std::string id, int minute, int amount = 10, std::string user = "ann") {
    return raw(encode_transaction({.id = std::move(id),
                                   .user_id = std::move(user),
                                   .amount = Money::from_units(amount),
                                   .location = "shop",
                                   .time = noon + minute * 60'000}));
  }

  Detector detector;
  int64_t next = 0;
  Timestamp now = noon + 3'600'000;
  Timestamp produced_at{-1};
};

std::vector<std::string> rules_of(const Verdict& verdict) {
  std::vector<std::string> ids;
  for (const Alert& alert : verdict.alerts) ids.push_back(alert.rule_id);
  return ids;
}

TEST(Detector, alerts_above_the_amount_and_not_at_it) {
  Feed feed;

  EXPECT_EQ(feed("1", 0, 900).decision, Decision::accepted);
  const Verdict verdict = feed("2", 0, 901, "bob");

  EXPECT_EQ(verdict.decision, Decision::alerted);
  EXPECT_THAT(rules_of(verdict), ElementsAre("high_amount"));
}

TEST(Detector, alerts_at_the_fourth_transaction_within_an_hour_and_at_each_further_one) {
  Feed feed;

  EXPECT_THAT(rules_of(feed("1", 0)), IsEmpty());
  EXPECT_THAT(rules_of(feed("2", 10)), IsEmpty());
  EXPECT_THAT(rules_of(feed("3", 20)), IsEmpty());
  EXPECT_THAT(rules_of(feed("4", 59)), ElementsAre("velocity_1h"));
  EXPECT_THAT(rules_of(feed("5", 60)), ElementsAre("velocity_1h")) << "the one at noon has left";
  EXPECT_THAT(rules_of(feed("6", 200)), IsEmpty());
}

TEST(Detector, lists_every_rule_that_fired) {
  Feed feed;
  for (const char* id : {"1", "2", "3"}) feed(id, 0);

  EXPECT_THAT(rules_of(feed("4", 1, 1000)), ElementsAre("high_amount", "velocity_1h"));
}

TEST(Detector, takes_its_thresholds_from_the_configuration_and_names_them_in_the_text) {
  Feed feed({.thresholds = {.amount_above = Money::from_units(50), .velocity_at_least = 2}});

  const Verdict first = feed("1", 0, 51);
  const Verdict second = feed("2", 0, 1);

  EXPECT_EQ(first.alerts.at(0).rule_text, "amount > 50.00");
  EXPECT_THAT(second.alerts.at(0).rule_text, HasSubstr("2 or more"));
  EXPECT_NE(first.alerts.at(0).rule_version, high_amount(Money::from_units(900)).version());
}

TEST(Detector, raises_the_alert_of_a_later_transaction_when_a_late_one_completes_its_window) {
  Feed feed;
  for (const char* id : {"2", "3", "4"}) feed(id, 5);

  const Verdict verdict = feed("1", 1);

  ASSERT_THAT(rules_of(verdict), ElementsAre("velocity_1h"));
  EXPECT_EQ(verdict.alerts[0].transaction.id, "4");
}

TEST(Detector, never_raises_an_alert_twice) {
  Feed feed;
  feed("1", 0, 901);

  EXPECT_EQ(feed("1", 0, 901).decision, Decision::duplicate) << "redelivered";
  EXPECT_THAT(feed("1", 1, 901).alerts, IsEmpty()) << "the same id with another time";

  Feed later;
  later.detector.remember(alert_id(high_amount(Money::from_units(900)), "1", {}), later.now);
  EXPECT_THAT(later("1", 0, 901).alerts, IsEmpty()) << "raised by an earlier run";
}

TEST(Detector, tells_transactions_without_id_apart_by_their_place_in_the_log) {
  Feed feed;

  const Verdict first = feed("", 0, 901);
  const Verdict second = feed("", 0, 901);

  EXPECT_NE(first.alerts.at(0).id, second.alerts.at(0).id);
  EXPECT_EQ(first.alerts.at(0).id, alert_id(high_amount(Money::from_units(900)), "",
                                            {"transactions", PartitionId(2), Offset(0)}));
}

TEST(Detector, rejects_what_is_no_transaction_and_says_why) {
  Feed feed;

  const Verdict verdict = feed.raw(R"({"user_id":"ann","amount":1})");

  EXPECT_EQ(verdict.decision, Decision::rejected);
  EXPECT_THAT(verdict.problem, HasSubstr("timestamp"));
}

TEST(Detector, rejects_a_time_far_after_the_record_was_produced) {
  Feed feed;
  feed.produced_at = noon;

  EXPECT_EQ(feed("1", 10).decision, Decision::accepted);
  const Verdict verdict = feed("2", 11);

  EXPECT_EQ(verdict.decision, Decision::rejected);
  EXPECT_THAT(verdict.problem, HasSubstr("timestamp"));
  EXPECT_FALSE(feed("3", 1).late);
}

TEST(Detector, forgets_a_dropped_partition) {
  Feed feed;
  for (const char* id : {"1", "2", "3"}) feed(id, 0);

  feed.detector.drop(PartitionId(2));

  EXPECT_EQ(feed.detector.sightings(), 0U);
  EXPECT_EQ(feed.detector.first_needed(PartitionId(2), Offset(3)), Offset(3));
  EXPECT_THAT(rules_of(feed("4", 0)), IsEmpty());
}

TEST(AlertJson, holds_the_rule_the_values_and_the_records_they_came_from) {
  Feed feed;
  feed.produced_at = feed.now - 5;
  for (const char* id : {"1", "2", "3"}) feed(id, 0);
  const Verdict verdict = feed("4", 1, 12);
  ASSERT_EQ(verdict.alerts.size(), 1U);

  const auto json = nlohmann::json::parse(encode_alert(verdict.alerts[0]));

  EXPECT_EQ(json["id"], verdict.alerts[0].id.text());
  EXPECT_EQ(json["rule"]["id"], "velocity_1h");
  EXPECT_EQ(json["rule"]["severity"], "error");
  EXPECT_EQ(json["rule"]["text"], "4 or more transactions of a user within (t - 1 h, t]");
  EXPECT_EQ(json["reason"], "4 transactions of the user within 1 h");
  EXPECT_EQ(json["features"]["count_1h"], 4);
  EXPECT_EQ(json["transaction"]["user_id"], "ann");
  EXPECT_EQ(json["transaction"]["amount"], 12.0);
  EXPECT_EQ(json["event_time"], "2018-04-01T12:01:00.000Z");
  EXPECT_EQ(json["latency_ms"], 5);
  EXPECT_EQ(json["partition"], 2);
  EXPECT_EQ(json["offset"], 3);
  ASSERT_EQ(json["evidence"].size(), 4U);
  EXPECT_EQ(json["evidence"][0]["offset"], 0);
  EXPECT_EQ(json["evidence"][0]["transaction_id"], "1");
}

}  // namespace
}  // namespace millrace::fraud
