#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace millrace {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return fail(Errc::invalid_argument, "odd");
  return n / 2;
}

Result<int> quarter(int n) {
  MR_TRY(auto h, half(n));
  MR_TRY(half(h));
  return h / 2;
}

TEST(Result, hands_the_first_error_up) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message(), "odd (invalid_argument)");
}

TEST(Result, carries_move_only_values) {
  auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(3); };
  auto use = [&]() -> Result<int> {
    MR_TRY(auto p, make());
    return *p;
  };
  EXPECT_EQ(*use(), 3);
}

TEST(Result, says_where_when_asked) {
  auto wrapped = [] { return Result<void>(fail_at("segment 7", Error{Errc::corrupt, "bad CRC"})); };
  EXPECT_EQ(wrapped().error().context, "segment 7: bad CRC");
}

}  // namespace
}  // namespace millrace
