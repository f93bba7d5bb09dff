#include "apps/offset_spec.h"

#include <gtest/gtest.h>

namespace millrace::apps {
namespace {

constexpr Timestamp now{1'700'000'000'000};

OffsetSpec parse(std::string_view text) {
  auto spec = parse_offset_spec(text, now);
  EXPECT_TRUE(spec) << text;
  return spec ? *spec : OffsetSpec{};
}
template <class T>
OffsetSpec from(T point) {
  return {{point}, std::nullopt};
}

TEST(OffsetSpec, reads_every_way_to_name_a_place) {
  EXPECT_EQ(parse("start"), from(FromStart{}));
  EXPECT_EQ(parse("beginning"), from(FromStart{}));
  EXPECT_EQ(parse("end"), from(FromEnd{}));
  EXPECT_EQ(parse("stored"), from(FromStored{}));
  EXPECT_EQ(parse("17"), from(FromOffset{Offset(17)}));
  EXPECT_EQ(parse("-5"), from(FromEnd{5}));
  EXPECT_EQ(parse("+5"), from(FromStart{5}));
}

TEST(OffsetSpec, reads_every_way_to_name_a_time) {
  auto half_past = from(FromTime{Timestamp(1'769'855'400'000)});
  EXPECT_EQ(parse("@2026-01-31T10:30:00Z"), half_past);
  EXPECT_EQ(parse("@2026-01-31T10:30:00"), half_past);
  EXPECT_EQ(parse("@1769855400"), half_past);
  EXPECT_EQ(parse("@1769855400000"), half_past);
  EXPECT_EQ(parse("@2026-01-31"), from(FromTime{Timestamp(1'769'817'600'000)}));
  EXPECT_EQ(parse("@-1h"), from(FromTime{Timestamp(1'699'996'400'000)}));
}

TEST(OffsetSpec, splits_a_range_at_the_colon_that_is_none_of_a_time) {
  EXPECT_EQ(parse("5:9"),
            (OffsetSpec{{FromOffset{Offset(5)}}, OffsetPoint{FromOffset{Offset(9)}}}));
  EXPECT_EQ(parse(":end"), (OffsetSpec{{FromStart{}}, OffsetPoint{FromEnd{}}}));
  EXPECT_EQ(parse("@-1h:end"), (OffsetSpec{{FromTime{now - 3'600'000}}, OffsetPoint{FromEnd{}}}));
  EXPECT_EQ(parse("@2026-01-31T10:30:00Z:2026-02-01"),
            (OffsetSpec{{FromTime{Timestamp(1'769'855'400'000)}},
                        OffsetPoint{FromTime{Timestamp(1'769'904'000'000)}}}));
}

TEST(OffsetSpec, refuses_what_is_no_place) {
  for (auto text :
       {"", "frist", "5:", "1:2:3", "@", "@2026-13-01", "@2026-01-31T25:00:00Z", "+-1", "@-soon"}) {
    EXPECT_FALSE(parse_offset_spec(text, now)) << text;
  }
}

}  // namespace
}  // namespace millrace::apps
