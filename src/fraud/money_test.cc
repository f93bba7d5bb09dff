#include "fraud/money.h"

#include <gtest/gtest.h>

namespace millrace::fraud {
namespace {

Money money(std::string_view text) {
  return Money::parse(text).value();
}

TEST(Money, is_exact_where_binary_floating_point_is_not) {
  EXPECT_EQ(money("129.95").micros(), 129'950'000);
  EXPECT_EQ(money("0.1").micros() + money("0.2").micros(), money("0.3").micros());
}

TEST(Money, reads_every_way_of_writing_a_number) {
  EXPECT_EQ(money("900"), Money::from_units(900));
  EXPECT_EQ(money("+900."), Money::from_units(900));
  EXPECT_EQ(money(" 900.00 "), Money::from_units(900));
  EXPECT_EQ(money("9e2"), Money::from_units(900));
  EXPECT_EQ(money("9000E-1"), Money::from_units(900));
  EXPECT_EQ(money(".5"), Money::from_micros(500'000));
  EXPECT_EQ(money("-3"), Money::from_units(-3));
  EXPECT_EQ(money("0e300"), Money::from_units(0));
}

TEST(Money, rounds_beyond_a_millionth_and_keeps_what_is_above_a_threshold_above) {
  EXPECT_EQ(money("128.60000000000002"), money("128.6"));
  EXPECT_EQ(money("0.0000005").micros(), 1);
  EXPECT_EQ(money("0.00000049").micros(), 0);
  EXPECT_EQ(money("1e-300").micros(), 0);
  EXPECT_GT(money("900.000001"), Money::from_units(900));
}

TEST(Money, refuses_what_is_not_a_number_or_too_large) {
  for (const char* text : {"", "-", ".", "abc", "1.2.3", "1e", "1e999", "12 34", "0x10", "NaN"}) {
    EXPECT_EQ(Money::parse(text).error().code, Errc::invalid_argument) << text;
  }
  EXPECT_TRUE(Money::parse("9000000000000"));
  EXPECT_EQ(Money::parse("9300000000000").error().code, Errc::out_of_range);
  EXPECT_EQ(Money::parse("1e300").error().code, Errc::out_of_range);
  EXPECT_EQ(Money::parse(std::string(1000, '1')).error().code, Errc::invalid_argument);
}

TEST(Money, writes_at_least_two_decimals_and_no_more_than_needed) {
  EXPECT_EQ(Money::from_units(900).text(), "900.00");
  EXPECT_EQ(money("129.950").text(), "129.95");
  EXPECT_EQ(money("900.000001").text(), "900.000001");
  EXPECT_EQ(money("-0.5").text(), "-0.50");
}

}  // namespace
}  // namespace millrace::fraud
