#include "apps/offset_spec.h"

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "base/text.h"

namespace millrace::apps {
namespace {

/// Digits at `from` of exactly this length.
std::optional<int> digits(std::string_view text, size_t from, size_t length) {
  if (text.size() < from + length) return std::nullopt;
  int value = 0;
  for (char c : text.substr(from, length)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// 2026-01-31, or 2026-01-31T10:00:00 with an optional Z; UTC.
std::optional<Timestamp> parse_date(std::string_view text) {
  auto year = digits(text, 0, 4);
  auto month = digits(text, 5, 2);
  auto day = digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(*year),
                                   std::chrono::month(static_cast<unsigned>(*month)),
                                   std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  auto time = std::chrono::sys_days(date).time_since_epoch() + std::chrono::seconds(0);
  auto rest = text.substr(10);
  if (rest.ends_with('Z')) rest.remove_suffix(1);
  if (!rest.empty()) {
    auto hour = digits(rest, 1, 2);
    auto minute = digits(rest, 4, 2);
    auto second = digits(rest, 7, 2);
    if (rest.size() != 9 || rest[0] != 'T' || rest[3] != ':' || rest[6] != ':') return std::nullopt;
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) {
      return std::nullopt;
    }
    time +=
        std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  }
  return Timestamp(std::chrono::duration_cast<Milliseconds>(time).count());
}

/// Epoch seconds or milliseconds, a date, or "-1h".
std::optional<Timestamp> parse_time(std::string_view text, Timestamp now) {
  constexpr int64_t first_epoch_in_ms = 100'000'000'000;  // as seconds: the year 5138
  if (text.starts_with('-')) {
    if (auto ago = parse_duration(text.substr(1))) return now - ago->count();
    return std::nullopt;
  }
  if (auto number = parse_int(text)) {
    return Timestamp(*number < first_epoch_in_ms ? *number * 1000 : *number);
  }
  return parse_date(text);
}

std::optional<OffsetPoint> parse_point(std::string_view text, Timestamp now) {
  if (text == "start" || text == "beginning" || text == "earliest") {
    return OffsetPoint{FromStart{}};
  }
  if (text == "end" || text == "latest") return OffsetPoint{FromEnd{}};
  if (text == "stored") return OffsetPoint{FromStored{}};
  if (text.starts_with('@')) {
    auto time = parse_time(text.substr(1), now);
    if (!time) return std::nullopt;
    return OffsetPoint{FromTime{*time}};
  }
  bool is_plus = text.starts_with('+');
  auto number = parse_int(is_plus ? text.substr(1) : text);
  if (!number || (is_plus && *number < 0)) return std::nullopt;
  if (is_plus) return OffsetPoint{FromStart{*number}};
  if (text.starts_with('-')) return OffsetPoint{FromEnd{-*number}};
  return OffsetPoint{FromOffset{Offset(*number)}};
}

}  // namespace

Result<OffsetSpec> parse_offset_spec(std::string_view text, Timestamp now) {
  if (auto from = parse_point(text, now)) return OffsetSpec{*from, std::nullopt};
  // A time holds colons too: the right one is where both sides make sense.
  for (auto colon = text.find(':'); colon != std::string_view::npos;
       colon = text.find(':', colon + 1)) {
    auto left = text.substr(0, colon);
    auto right = std::string(text.substr(colon + 1));
    auto from = left.empty() ? OffsetPoint{FromStart{}} : parse_point(left, now);
    auto to = parse_point(right, now);
    if (!to && left.starts_with('@')) to = parse_point("@" + right, now);
    if (from && to) return OffsetSpec{*from, *to};
  }
  return fail(Errc::invalid_argument,
              fmt::format("-o {}: there are start, end, stored, N, -N, +N, @TIME and FROM:TO, "
                          "where TIME is epoch s or ms, 2026-01-31, 2026-01-31T10:00:00Z or -1h",
                          text));
}

}  // namespace millrace::apps
