#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::metrics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(Registry, sums_the_cells_of_one_name_and_label_set) {
  Registry registry;
  auto& a = registry.counter("millrace_things_total", "Things.", {{"api", "fetch"}});
  auto& b = registry.counter("millrace_things_total", "Things.", {{"api", "fetch"}});

  a.add(2);
  b.add(3);

  EXPECT_THAT(registry.serialize(), HasSubstr("millrace_things_total{api=\"fetch\"} 5"));
}

TEST(Registry, exports_a_histogram_cumulatively_in_seconds) {
  Registry registry;
  auto& h = registry.histogram("millrace_wait_seconds", "Waits.");

  h.observe(200us);
  h.observe(3ms);
  h.observe(1min);

  auto text = registry.serialize();
  EXPECT_THAT(text, HasSubstr("millrace_wait_seconds_bucket{le=\"0.00025\"} 1"));
  EXPECT_THAT(text, HasSubstr("millrace_wait_seconds_bucket{le=\"5\"} 2"));
  EXPECT_THAT(text, HasSubstr("millrace_wait_seconds_bucket{le=\"+Inf\"} 3"));
  EXPECT_THAT(text, HasSubstr("millrace_wait_seconds_count 3"));
}

TEST(Registry, asks_collectors_only_while_their_handle_lives) {
  Registry registry;
  auto handle = registry.add_collector([](std::vector<Sample>& out) {
    out.push_back({Kind::gauge, "millrace_log_end_offset", "End.", {{"topic", "t"}}, 7});
  });
  EXPECT_THAT(registry.serialize(), HasSubstr("millrace_log_end_offset{topic=\"t\"} 7"));

  handle.reset();

  EXPECT_THAT(registry.serialize(), Not(HasSubstr("millrace_log_end_offset")));
}

TEST(Quantile, lies_inside_the_bucket_that_holds_it) {
  Histogram h;
  for (int i = 0; i < 99; ++i) h.observe(2ms);
  h.observe(80ms);

  EXPECT_LE(h.snapshot().quantile(0.5), 2500us);
  EXPECT_GE(h.snapshot().quantile(0.5), 1ms);
  EXPECT_GE(h.snapshot().quantile(0.995), 50ms);
}

}  // namespace
}  // namespace millrace::metrics
