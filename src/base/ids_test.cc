#include "base/ids.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Uuid, round_trips_through_its_text) {
  for (int i = 0; i < 1000; ++i) {
    auto id = Uuid::random();
    EXPECT_EQ(Uuid::parse(id.text()), id);
    EXPECT_EQ(id.text().size(), 22u);
    EXPECT_NE(id.text().front(), '-');
  }
}

TEST(Uuid, writes_zero_and_one_as_kafka_does) {
  std::array<uint8_t, 16> one{};
  one[15] = 1;
  EXPECT_EQ(Uuid().text(), "AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(Uuid(one).text(), "AAAAAAAAAAAAAAAAAAAAAQ");
}

TEST(Uuid, refuses_what_is_not_a_uuid) {
  EXPECT_FALSE(Uuid::parse(""));
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAA+A"));
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAAB"));  // bits beyond the 128th
}

TEST(StrongIds, measure_distances_as_plain_numbers) {
  EXPECT_EQ(Offset(7) - Offset(3), 4);
  EXPECT_EQ(Offset(7) + 1, Offset(8));
  EXPECT_LT(Offset(1), Offset(2));
}

}  // namespace
}  // namespace millrace
