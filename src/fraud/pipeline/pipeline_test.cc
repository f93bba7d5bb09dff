#include "fraud/pipeline/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <set>

namespace millrace::fraud {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Timestamp noon(1522584000000);
const PartitionId only{0};

/// What survives a crash: the topics and the committed offsets.
struct Cluster {
  std::deque<std::string> transactions;
  std::vector<AlertId> alerts;
  std::vector<std::string> dead_letters;
  Progress committed{only, Offset(0), Offset(0)};
};

/// The power supply: goes off after a number of steps, and everything fails from then on.
struct Power {
  int steps_left = 1'000'000;
  bool step() { return steps_left-- > 0; }
};

const auto no_power = [] { return fail(Errc::cancelled, "crashed"); };

class MemorySource final : public TransactionSource {
 public:
  MemorySource(Cluster& cluster, Power& power) : cluster_(cluster), power_(power) {}

  Result<void> poll(TransactionHandler& handler, Milliseconds) override {
    if (!assigned_) {
      assigned_ = true;
      next_ = cluster_.committed.first_needed;
      MR_TRY(handler.on_assigned({&cluster_.committed, 1}));
    }
    for (int i = 0; i < 3 && next_.value() < static_cast<int64_t>(cluster_.transactions.size());
         ++i) {
      if (!power_.step()) return no_power();
      const std::string& value = cluster_.transactions[static_cast<size_t>(next_.value())];
      MR_TRY(handler.on_record({{"transactions", only, next_}, noon + 3'600'000, value}));
      ++next_;
    }
    return {};
  }

  Result<void> commit(std::span<const Progress> progress) override {
    if (!power_.step()) return no_power();
    cluster_.committed = progress.front();
    if (!power_.step()) return no_power();  // done, but the answer never came
    return {};
  }

  bool at_end() const {
    return next_.value() == static_cast<int64_t>(cluster_.transactions.size());
  }

 private:
  Cluster& cluster_;
  Power& power_;
  bool assigned_ = false;
  Offset next_;
};

/// Alerts are under way until a flush; a crash loses some suffix of them.
class MemoryAlerts final : public AlertLog {
 public:
  MemoryAlerts(Cluster& cluster, Power& power, uint32_t seed)
      : cluster_(cluster), power_(power), random_(seed) {}
  ~MemoryAlerts() override { land(random_() % (under_way_.size() + 1)); }

  Result<std::vector<RaisedAlert>> read_new() override {
    std::vector<RaisedAlert> all;
    for (const AlertId& id : cluster_.alerts) all.push_back({id, noon});
    return all;
  }
  void raise(const Alert& alert) override { under_way_.push_back(alert); }
  void dead_letter(const InputRecord&, std::string_view reason) override {
    cluster_.dead_letters.emplace_back(reason);
  }
  Result<void> flush() override {
    if (!power_.step()) return no_power();
    land(under_way_.size());
    return {};
  }
  std::vector<Acknowledged> take_acknowledged() override {
    return std::exchange(acknowledged_, {});
  }

 private:
  void land(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      cluster_.alerts.push_back(under_way_.front().id);
      acknowledged_.push_back({under_way_.front(), noon});
      under_way_.pop_front();
    }
  }

  Cluster& cluster_;
  Power& power_;
  std::mt19937 random_;
  std::deque<Alert> under_way_;
  std::vector<Acknowledged> acknowledged_;
};

/// Starts a detector on the cluster and runs it to the end of the topic or until the power fails.
/// True when it got to the end.
bool run(Cluster& cluster, int steps, uint32_t seed, std::vector<std::string>* told = nullptr) {
  Power power{steps};
  ManualClock clock(noon);
  metrics::Registry registry;
  MemorySource source(cluster, power);
  MemoryAlerts alerts(cluster, power, seed);
  Pipeline pipeline({.commit_interval = Milliseconds(0)}, source, alerts, clock, registry, {},
                    [&](const AlertLog::Acknowledged& done) {
                      if (told != nullptr) told->push_back(done.alert.transaction.id);
                    });
  while (pipeline.step()) {
    clock.advance(Milliseconds(10));
    if (source.at_end()) return static_cast<bool>(pipeline.commit());
  }
  return false;
}

std::string transaction(int id, int second, int user = 0, int amount = 10) {
  return encode_transaction({.id = std::to_string(id),
                             .user_id = std::to_string(user),
                             .amount = Money::from_units(amount),
                             .location = "",
                             .time = noon + second * 1000});
}

/// A topic in which transactions come late, twice, broken, and in bursts.
Cluster messy_topic(uint32_t seed) {
  std::mt19937 random(seed);
  Cluster cluster;
  for (int id = 0; id < 60; ++id) {
    const int late = static_cast<int>(random() % 500);
    const std::string value = transaction(id, 600 + id * 200 - late, static_cast<int>(random() % 3),
                                          random() % 10 == 0 ? 950 : 10);
    cluster.transactions.push_back(value);
    if (random() % 8 == 0) cluster.transactions.push_back(value);
    if (random() % 20 == 0) cluster.transactions.push_back("{broken");
  }
  return cluster;
}

std::multiset<AlertId> sorted(const std::vector<AlertId>& ids) {
  return {ids.begin(), ids.end()};
}

TEST(Pipeline, raises_alerts_and_commits_what_it_has_judged) {
  Cluster cluster;
  for (int id = 0; id < 4; ++id) cluster.transactions.push_back(transaction(id, id));
  std::vector<std::string> told;

  ASSERT_TRUE(run(cluster, 1000, 1, &told));

  EXPECT_EQ(cluster.alerts.size(), 1U);
  EXPECT_THAT(told, ElementsAre("3"));
  EXPECT_EQ(cluster.committed.next, Offset(4));
  EXPECT_EQ(cluster.committed.first_needed, Offset(0)) << "the window still needs all four";
}

TEST(Pipeline, puts_what_is_no_transaction_aside_and_goes_on) {
  Cluster cluster;
  cluster.transactions = {"{broken", transaction(1, 1, 0, 901)};

  ASSERT_TRUE(run(cluster, 1000, 1));

  EXPECT_THAT(cluster.dead_letters, ElementsAre("not a JSON object"));
  EXPECT_EQ(cluster.alerts.size(), 1U);
}

TEST(Pipeline, rebuilds_its_windows_after_a_clean_restart) {
  Cluster cluster;
  for (int id = 0; id < 3; ++id) cluster.transactions.push_back(transaction(id, id));
  ASSERT_TRUE(run(cluster, 1000, 1));
  EXPECT_THAT(cluster.alerts, IsEmpty());

  cluster.transactions.push_back(transaction(3, 3));
  ASSERT_TRUE(run(cluster, 1000, 1));

  EXPECT_EQ(cluster.alerts.size(), 1U);
}

/// Invariant checked: whatever step the power fails at, however many of the alerts under way get
/// through, the restarted detector ends with exactly the alerts of a run without a failure.
TEST(Pipeline, raises_every_alert_exactly_once_when_it_crashes_at_any_step) {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    Cluster calm = messy_topic(seed);
    ASSERT_TRUE(run(calm, 1'000'000, seed));
    ASSERT_GT(calm.alerts.size(), 5U);
    EXPECT_EQ(std::set<AlertId>(calm.alerts.begin(), calm.alerts.end()).size(), calm.alerts.size());
    bool finished = false;
    for (int crash_at = 0; !finished; ++crash_at) {
      Cluster cluster = messy_topic(seed);
      finished = run(cluster, crash_at, seed + static_cast<uint32_t>(crash_at));
      ASSERT_TRUE(run(cluster, 1'000'000, seed));
      EXPECT_EQ(sorted(cluster.alerts), sorted(calm.alerts))
          << "seed " << seed << " step " << crash_at;
    }
  }
}

TEST(Pipeline, raises_every_alert_exactly_once_when_it_crashes_again_and_again) {
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    Cluster calm = messy_topic(seed);
    ASSERT_TRUE(run(calm, 1'000'000, seed));
    Cluster cluster = messy_topic(seed);
    std::mt19937 random(seed);
    // At least as many steps as rebuilding the windows may take, so that every life gets further.
    for (int life = 0; life < 100; ++life) {
      if (run(cluster, 60 + static_cast<int>(random() % 40), static_cast<uint32_t>(random())))
        break;
    }
    ASSERT_TRUE(run(cluster, 1'000'000, seed));
    EXPECT_EQ(sorted(cluster.alerts), sorted(calm.alerts)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace millrace::fraud
