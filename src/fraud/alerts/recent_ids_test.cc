#include "fraud/alerts/recent_ids.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::fraud {
namespace {

const Timestamp start(1'700'000'000'000);

AlertId id(int number) {
  return AlertId::of({std::to_string(number)});
}

TEST(RecentIds, takes_an_id_once_within_the_horizon_and_again_after_it) {
  RecentIds recent({.horizon = std::chrono::hours(1)});

  EXPECT_TRUE(recent.add(id(1), start));
  EXPECT_FALSE(recent.add(id(1), start + 3'600'000));
  EXPECT_TRUE(recent.add(id(1), start + 3'600'001));
}

TEST(RecentIds, forgets_the_oldest_beyond_its_limit) {
  RecentIds recent({.max_ids = 2});
  recent.add(id(1), start);
  recent.add(id(2), start);
  EXPECT_FALSE(recent.add(id(1), start)) << "at the limit all are known";

  recent.add(id(3), start);

  EXPECT_EQ(recent.size(), 2U);
  EXPECT_FALSE(recent.add(id(2), start));
  EXPECT_TRUE(recent.add(id(1), start)) << "one beyond, the oldest is forgotten";
}

TEST(AlertId, reads_what_it_writes_and_nothing_else) {
  EXPECT_EQ(AlertId::parse(id(1).text()), id(1));
  EXPECT_EQ(id(1).text().size(), 32U);
  EXPECT_FALSE(AlertId::parse(""));
  EXPECT_FALSE(AlertId::parse(std::string(32, 'x')));
  EXPECT_FALSE(AlertId::parse(id(1).text() + "0"));
}

TEST(AlertId, differs_when_the_same_letters_are_split_differently) {
  EXPECT_NE(AlertId::of({"ab", "c"}), AlertId::of({"a", "bc"}));
}

}  // namespace
}  // namespace millrace::fraud
