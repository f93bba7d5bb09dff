#include "fraud/features/velocity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace millrace::fraud {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

const Timestamp noon(1522584000000);

Transaction at(std::chrono::milliseconds after_noon, std::string id, std::string user = "ann") {
  return {.id = std::move(id),
          .user_id = std::move(user),
          .amount = Money::from_units(10),
          .location = "shop",
          .time = noon + after_noon.count()};
}

std::vector<size_t> counts(const VelocityWindow::Outcome& outcome) {
  std::vector<size_t> sizes;
  for (const auto& window : outcome.windows) sizes.push_back(window.size());
  return sizes;
}

class Feed {
 public:
  explicit Feed(VelocityConfig config = {}) : window(config) {}
  VelocityWindow::Outcome operator()(const Transaction& transaction) {
    return window.add(transaction, Offset(next++));
  }
  VelocityWindow window;
  int64_t next = 0;
};

TEST(VelocityWindow, counts_the_transaction_itself_and_excludes_one_exactly_an_hour_old) {
  Feed feed;

  EXPECT_THAT(counts(feed(at(0min, "1"))), ElementsAre(1));
  EXPECT_THAT(counts(feed(at(60min - 1ms, "2"))), ElementsAre(2));
  EXPECT_THAT(counts(feed(at(60min, "3"))), ElementsAre(2));
}

TEST(VelocityWindow, keeps_users_apart) {
  Feed feed;

  feed(at(0min, "1", "ann"));

  EXPECT_THAT(counts(feed(at(1min, "2", "bob"))), ElementsAre(1));
}

TEST(VelocityWindow, orders_equal_times_by_id_as_numbers) {
  Feed feed;

  EXPECT_THAT(counts(feed(at(0min, "10"))), ElementsAre(1));
  EXPECT_THAT(counts(feed(at(0min, "9"))), ElementsAre(1, 2)) << "9 comes before 10";
  EXPECT_THAT(counts(feed(at(0min, ""))), ElementsAre(1, 2, 3)) << "no id comes first";
}

TEST(VelocityWindow, counts_a_late_transaction_into_the_windows_of_the_later_ones) {
  Feed feed;
  feed(at(10min, "2"));
  feed(at(12min, "3"));

  const auto outcome = feed(at(5min, "1"));

  EXPECT_THAT(counts(outcome), ElementsAre(1, 2, 3));
  EXPECT_FALSE(outcome.late);
}

TEST(VelocityWindow, says_when_a_transaction_is_later_than_allowed) {
  Feed feed;
  feed(at(60min, "2", "bob"));

  EXPECT_FALSE(feed(at(50min, "1")).late);
  EXPECT_TRUE(feed(at(50min - 1ms, "0")).late);
}

TEST(VelocityWindow, does_not_count_a_redelivered_transaction_twice) {
  Feed feed;
  feed(at(0min, "1"));

  const auto again = feed(at(0min, "1"));

  EXPECT_TRUE(again.duplicate);
  EXPECT_THAT(again.windows, IsEmpty());
  EXPECT_THAT(counts(feed(at(1min, "2"))), ElementsAre(2));
}

TEST(VelocityWindow, forgets_what_no_window_can_need_any_more) {
  Feed feed;
  for (int minute = 0; minute < 1000; ++minute)
    feed(at(minute * 1min, "x", std::to_string(minute)));

  EXPECT_LE(feed.window.sightings(), 72U);
  EXPECT_EQ(feed.window.forgotten_early(), 0U);
  EXPECT_GE(feed.window.first_needed(Offset(1000)), Offset(1000 - 72));
  EXPECT_LE(feed.window.first_needed(Offset(1000)), Offset(1000 - 70));
}

TEST(VelocityWindow, holds_no_more_than_its_limits) {
  Feed feed({.max_sightings = 10, .max_sightings_per_user = 3});

  for (int minute = 0; minute < 30; ++minute) {
    feed(at(minute * 1min, std::to_string(minute), std::to_string(minute)));
    EXPECT_LE(feed.window.sightings(), 10U);
  }
  EXPECT_EQ(feed.window.forgotten_early(), 20U);

  EXPECT_THAT(counts(feed(at(30min, "a"))), ElementsAre(1));
  EXPECT_THAT(counts(feed(at(30min, "b"))), ElementsAre(2));
  EXPECT_THAT(counts(feed(at(30min, "c"))), ElementsAre(3));
  EXPECT_THAT(counts(feed(at(30min, "d"))), ElementsAre(3)) << "one beyond the limit";
}

/// Invariant checked: the largest count each transaction ever gets is its count in the sorted list
/// of all, whatever the order of arrival within the lateness, and a window rebuilt from
/// first_needed() goes on exactly as the first one would have.
TEST(VelocityWindow, answers_the_same_for_every_order_of_arrival_and_after_a_rebuild) {
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    std::mt19937 random(seed);
    std::vector<Transaction> sorted;
    for (int i = 0; i < 400; ++i) {
      const auto time = std::chrono::seconds(random() % (6 * 3600) / 10 * 10);
      sorted.push_back(at(time, std::to_string(i), std::to_string(random() % 5)));
    }
    std::map<std::string, size_t> expected;
    for (const Transaction& y : sorted) {
      expected[y.id] = static_cast<size_t>(
          std::count_if(sorted.begin(), sorted.end(), [&](const Transaction& x) {
            return x.user_id == y.user_id && x.time > y.time - 3'600'000 &&
                   (x.time < y.time || (x.time == y.time && std::stoi(x.id) <= std::stoi(y.id)));
          }));
    }
    // Arrival order: event time plus a delay of up to ten minutes.
    std::vector<std::pair<int64_t, Transaction>> arrivals;
    for (const Transaction& t : sorted)
      arrivals.push_back({t.time.value() + random() % 600'000, t});
    std::sort(arrivals.begin(), arrivals.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });

    std::map<std::string, size_t> seen;
    const size_t crash_at = random() % arrivals.size();
    auto window = std::make_unique<VelocityWindow>();
    for (size_t i = 0; i < arrivals.size(); ++i) {
      if (i == crash_at) {
        const Offset from = window->first_needed(Offset(static_cast<int64_t>(i)));
        window = std::make_unique<VelocityWindow>();
        for (auto j = static_cast<size_t>(from.value()); j < i; ++j) {
          window->add(arrivals[j].second, Offset(static_cast<int64_t>(j)));
        }
      }
      const auto outcome = window->add(arrivals[i].second, Offset(static_cast<int64_t>(i)));
      EXPECT_FALSE(outcome.late);
      for (const auto& w : outcome.windows) {
        seen[w.back().id] = std::max(seen[w.back().id], w.size());
      }
    }
    EXPECT_EQ(seen, expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace millrace::fraud
