#include "fraud/money.h"

#include <fmt/format.h>

#include <cctype>
#include <optional>

#include "base/text.h"

namespace millrace::fraud {
namespace {

constexpr int kept_decimals = 6;

/// A decimal number taken apart: digits without the point, and the power of ten they stand at.
struct Decimal {
  bool negative = false;
  std::string digits;
  int64_t exponent = 0;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<Decimal> take_apart(std::string_view text) {
  Decimal out;
  size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) out.negative = text[at++] == '-';
  for (; at < text.size() && is_digit(text[at]); ++at) out.digits += text[at];
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && is_digit(text[at]); ++at) {
      out.digits += text[at];
      --out.exponent;
    }
  }
  if (out.digits.empty()) return std::nullopt;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::string_view rest = text.substr(at + 1);
    if (rest.starts_with('+')) rest.remove_prefix(1);
    const auto exponent = parse_int(rest);
    if (!exponent || *exponent < -400 || *exponent > 400) return std::nullopt;
    out.exponent += *exponent;
    at = text.size();
  }
  if (at != text.size()) return std::nullopt;
  return out;
}

}  // namespace

Result<Money> Money::parse(std::string_view text) {
  constexpr size_t text_max = 64;
  const auto decimal = text.size() <= text_max ? take_apart(trim(text)) : std::optional<Decimal>{};
  if (!decimal) {
    return fail(Errc::invalid_argument,
                fmt::format("\"{}\" is not an amount", text.substr(0, text_max)));
  }
  // Bring the digits to millionths: append zeros, or cut and remember the first digit cut.
  std::string digits = decimal->digits;
  const int64_t shift = decimal->exponent + kept_decimals;
  bool round_up = false;
  if (shift < 0) {
    const auto cut = static_cast<size_t>(-shift);
    round_up = cut <= digits.size() && digits[digits.size() - cut] >= '5';
    digits.resize(cut < digits.size() ? digits.size() - cut : 0);
  }
  int64_t micros = 0;
  const auto push = [&](int digit) {
    return !__builtin_mul_overflow(micros, 10, &micros) &&
           !__builtin_add_overflow(micros, digit, &micros);
  };
  bool fits = true;
  for (const char c : digits) fits = fits && push(c - '0');
  for (int64_t i = 0; i < shift && micros != 0; ++i) fits = fits && push(0);
  fits = fits && !__builtin_add_overflow(micros, round_up ? 1 : 0, &micros);
  if (!fits) return fail(Errc::out_of_range, fmt::format("the amount {} is too large", text));
  return Money(decimal->negative ? -micros : micros);
}

std::string Money::text() const {
  const uint64_t size =
      micros_ < 0 ? -static_cast<uint64_t>(micros_) : static_cast<uint64_t>(micros_);
  std::string out = fmt::format("{}{}.{:06}", micros_ < 0 ? "-" : "", size / micros_per_unit,
                                size % micros_per_unit);
  while (out.ends_with('0') && out[out.size() - 3] != '.') out.pop_back();
  return out;
}

}  // namespace millrace::fraud
