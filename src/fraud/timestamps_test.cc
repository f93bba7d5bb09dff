#include "fraud/timestamps.h"

#include <gtest/gtest.h>

namespace millrace::fraud {
namespace {

TEST(Timestamps, reads_iso_8601_with_and_without_zone_fraction_and_time) {
  const Timestamp expected(1522540831000);  // 2018-04-01T00:00:31Z
  for (const char* text :
       {"2018-04-01T00:00:31Z", "2018-04-01 00:00:31", "2018-04-01T00:00:31",
        "2018-04-01T00:00:31.000", "2018-04-01T02:00:31+02:00", "2018-04-01T02:00:31+0200",
        "2018-04-01T02:00:31+02", "2018-03-31T19:30:31-04:30", "2018-04-01T00:00:31.0009Z"}) {
    EXPECT_EQ(parse_timestamp(text).value(), expected) << text;
  }
  EXPECT_EQ(parse_timestamp("2018-04-01").value(), Timestamp(1522540800000));
  EXPECT_EQ(parse_timestamp("2024-02-29T12:30").value(), Timestamp(1709209800000));
  // datetime.now().isoformat() of Python
  EXPECT_EQ(parse_timestamp("2018-04-01T00:00:31.123456").value(), Timestamp(1522540831123));
}

TEST(Timestamps, reads_seconds_and_milliseconds) {
  EXPECT_EQ(parse_timestamp("1522540831").value(), Timestamp(1522540831000));
  EXPECT_EQ(parse_timestamp("1522540831.123").value(), Timestamp(1522540831123));
  EXPECT_EQ(parse_timestamp("1522540831123").value(), Timestamp(1522540831123));
  EXPECT_EQ(timestamp_from_number(1522540831.5).value(), Timestamp(1522540831500));
}

TEST(Timestamps, refuses_what_is_no_time) {
  for (const char* text : {"", "yesterday", "2018-13-01", "2018-02-30", "2018-04-01T25:00:00",
                           "2018-04-01T00:00:31Zjunk", "2018-04-01T00:00:31+", "2018-04-01T1", "-5",
                           "nan", "1e300", "2018-04-01T00:00:31.Z"}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
  }
}

TEST(Timestamps, writes_what_it_reads) {
  EXPECT_EQ(format_timestamp(Timestamp(1522540831123)), "2018-04-01T00:00:31.123Z");
  EXPECT_EQ(parse_timestamp(format_timestamp(Timestamp(951782400000))).value(),
            Timestamp(951782400000));
}

}  // namespace
}  // namespace millrace::fraud
