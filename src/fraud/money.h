#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::fraud {

/// An amount of money, exact to a millionth of the currency's unit: 129.95 is 129.95, and
/// 900.000001 is more than 900. Binary floating point never touches it.
class Money {
 public:
  constexpr Money() = default;
  static constexpr Money from_micros(int64_t micros) { return Money(micros); }
  static constexpr Money from_units(int64_t units) { return Money(units * micros_per_unit); }

  /// A decimal number as JSON and CSV write it: "812.5", "-3", "1.2e3". Digits beyond the sixth
  /// decimal are rounded half away from zero. Errors: `invalid_argument` (not a number),
  /// `out_of_range` (more than about nine trillion).
  static Result<Money> parse(std::string_view text);

  constexpr int64_t micros() const { return micros_; }
  /// At least two decimals, no more than are needed: "129.95", "900.000001".
  std::string text() const;

  constexpr auto operator<=>(const Money&) const = default;

 private:
  static constexpr int64_t micros_per_unit = 1'000'000;
  explicit constexpr Money(int64_t micros) : micros_(micros) {}

  int64_t micros_ = 0;
};

}  // namespace millrace::fraud
