#include "fraud/timestamps.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

#include "base/text.h"

namespace millrace::fraud {
namespace {

namespace chrono = std::chrono;

/// Takes fixed-width fields off the front of a text; sticky after the first thing that is not
/// there.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(size_t width) {
    int value = 0;
    const char* end = rest_.data() + std::min(width, rest_.size());
    const auto [at, error] = std::from_chars(rest_.data(), end, value);
    ok_ = ok_ && rest_.size() >= width && error == std::errc() && at == end && value >= 0;
    rest_.remove_prefix(std::min(width, rest_.size()));
    return value;
  }
  bool skip_if(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) { ok_ = skip_if({&c, 1}) && ok_; }
  /// ".123456" as milliseconds, if it is there.
  int fraction_ms() {
    if (!skip_if(".,")) return 0;
    int ms = 0;
    int scale = 100;
    ok_ = ok_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1)) {
      ms += (rest_.front() - '0') * scale;
      scale /= 10;
    }
    return ms;
  }
  bool done() const { return rest_.empty(); }
  bool ok() const { return ok_; }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

chrono::minutes zone_offset(Reader& in) {
  if (in.done() || in.skip_if("Zz")) return {};
  const bool west = in.peek() == '-';
  if (!in.skip_if("+-")) return {};
  const chrono::hours hours(in.digits(2));
  in.skip_if(":");
  const chrono::minutes minutes(in.done() ? 0 : in.digits(2));
  return west ? -(hours + minutes) : hours + minutes;
}

std::optional<Timestamp> parse_iso(std::string_view text) {
  Reader in(text);
  const chrono::year year(in.digits(4));
  in.expect('-');
  const chrono::month month(static_cast<unsigned>(in.digits(2)));
  in.expect('-');
  const chrono::day day(static_cast<unsigned>(in.digits(2)));
  const chrono::year_month_day date(year, month, day);
  if (!in.ok() || !date.ok()) return std::nullopt;
  chrono::milliseconds time{0};
  if (in.skip_if("Tt ")) {
    const int hour = in.digits(2);
    in.expect(':');
    const int minute = in.digits(2);
    const int second = in.skip_if(":") ? in.digits(2) : 0;
    const int ms = in.fraction_ms();
    if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
    time = chrono::hours(hour) + chrono::minutes(minute) + chrono::seconds(second) +
           chrono::milliseconds(ms) - zone_offset(in);
  }
  if (!in.ok() || !in.done()) return std::nullopt;
  const chrono::sys_days days(date);
  return Timestamp(chrono::milliseconds(days.time_since_epoch() + time).count());
}

}  // namespace

Result<Timestamp> timestamp_from_number(double number) {
  constexpr double first_milliseconds = 1e11;
  constexpr double last = 253402300799999.0;  // 9999-12-31
  const double ms = number < first_milliseconds ? number * 1000 : number;
  if (!(ms >= 0 && ms <= last)) {
    return fail(Errc::out_of_range,
                fmt::format("{} is not a time in seconds or milliseconds since 1970", number));
  }
  return Timestamp(static_cast<int64_t>(std::floor(ms + 0.0005)));
}

Result<Timestamp> parse_timestamp(std::string_view text) {
  text = trim(text);
  if (const auto number = parse_double(text)) return timestamp_from_number(*number);
  if (const auto at = parse_iso(text)) return *at;
  return fail(Errc::invalid_argument,
              fmt::format("\"{}\" is neither an ISO 8601 time nor a number", text.substr(0, 64)));
}

std::string format_timestamp(Timestamp at) {
  const chrono::sys_time<chrono::milliseconds> time{chrono::milliseconds(at.value())};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace millrace::fraud
