#include "net/throttled_log.h"

#include <gtest/gtest.h>

namespace millrace::net {
namespace {

struct Lines final : LogSink {
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view, std::string_view sentence,
             const std::vector<LogField>& fields) override {
    lines.push_back(std::string(sentence) + (fields.empty() ? "" : " " + fields[0].value));
  }
  std::vector<std::string> lines;
};

TEST(ThrottledLog, leaves_out_what_exceeds_its_limit_and_says_how_many) {
  Lines sink;
  ManualClock clock;
  ThrottledLog log(Logger(sink, "net"), clock, {.lines_max = 2, .period = Milliseconds(1000)});

  for (int i = 0; i < 5; ++i) log.warn("bad peer");
  EXPECT_EQ(sink.lines.size(), 2u);
  clock.advance(Milliseconds(1000));
  log.warn("bad peer");

  ASSERT_EQ(sink.lines.size(), 4u);
  EXPECT_EQ(sink.lines[2], "similar lines were left out 3");
  EXPECT_EQ(sink.lines[3], "bad peer");
}

}  // namespace
}  // namespace millrace::net
