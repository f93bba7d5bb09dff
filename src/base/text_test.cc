#include "base/text.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using namespace std::chrono_literals;

TEST(Nearest, finds_the_slip_of_a_finger) {
  const std::string_view keys[] = {"linger.ms", "batch.size", "compression.type"};
  EXPECT_EQ(nearest("lingr.ms", keys), "linger.ms");
  EXPECT_EQ(nearest("compresison.type", keys), "compression.type");
  EXPECT_EQ(nearest("zookeeper", keys), std::nullopt);
  EXPECT_EQ(did_you_mean("batchsize", keys), " (did you mean batch.size?)");
}

TEST(ParseDuration, reads_units_and_refuses_bare_numbers) {
  EXPECT_EQ(*parse_duration("250ms"), 250ms);
  EXPECT_EQ(*parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(*parse_duration("7d"), 168h);
  EXPECT_FALSE(parse_duration("20"));
  EXPECT_FALSE(parse_duration("-1s"));
  EXPECT_FALSE(parse_duration("s"));
  EXPECT_FALSE(parse_duration("nan s"));
  EXPECT_FALSE(parse_duration("1e300d"));
}

TEST(ParseInt, takes_all_of_the_text_or_nothing) {
  EXPECT_EQ(*parse_int("-42"), -42);
  EXPECT_FALSE(parse_int("4x"));
  EXPECT_FALSE(parse_int(""));
  EXPECT_FALSE(parse_int("99999999999999999999"));
}

TEST(Human, picks_the_unit_a_person_would) {
  EXPECT_EQ(human_bytes(12), "12 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_duration(7'400us), "7.4 ms");
}

TEST(Split, keeps_empty_parts) {
  EXPECT_EQ(split("a,,b", ',').size(), 3u);
  EXPECT_EQ(trim("  x y\n"), "x y");
}

}  // namespace
}  // namespace millrace
