#include "apps/live_terminal.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "base/text.h"

namespace millrace::apps {
namespace {

std::string local_clock(Timestamp at) {
  return fmt::format("{:%H:%M:%S}", fmt::localtime(static_cast<std::time_t>(at.value() / 1000)));
}

std::string alert_line(const fraud::AlertLog::Acknowledged& acknowledged) {
  const fraud::Alert& alert = acknowledged.alert;
  const int64_t took = alert.produced_at.value() < 0 ? 0 : acknowledged.at - alert.produced_at;
  return fmt::format("{}  {:<11}  {:<14} {:>10}  {}  ({} ms)", local_clock(acknowledged.at),
                     alert.rule_id, alert.transaction.user_id, alert.transaction.amount.text(),
                     alert.reason, took);
}

}  // namespace

void LiveTerminal::alert(const fraud::AlertLog::Acknowledged& acknowledged) {
  clear_line();
  if (format_ == Format::json) {
    console_.print(encode_alert(acknowledged.alert) + "\n");
  } else {
    const std::string line = alert_line(acknowledged);
    const bool urgent = acknowledged.alert.severity >= fraud::Severity::error;
    const bool colour = console_.options().out_is_tty && urgent;
    console_.print((colour ? console_.red(line) : line) + "\n");
  }
}

void LiveTerminal::numbers(const fraud::LiveNumbers& now) {
  console_.flush();
  const bool redraw = console_.options().err_is_tty;
  if (++seconds_ % 10 != 0 && !redraw) return;
  const std::string latency = now.latency_p99 > Duration(0)
                                  ? "p99 " + human_duration(now.latency_p99)
                                  : std::string("no alert yet");
  const std::string line =
      fmt::format("  {} tx/s · {:.1f} alerts/s · produced to alert {} · lag {}",
                  grouped(static_cast<uint64_t>(now.transactions_per_second + 0.5)),
                  now.alerts_per_second, latency, grouped(static_cast<uint64_t>(now.lag)));
  if (!redraw) return console_.say(line);
  if (console_.options().quiet) return;
  fmt::print(stderr, "\r\033[K{}", console_.dim(line));
  line_shown_ = true;
}

void LiveTerminal::clear_line() {
  if (!line_shown_) return;
  fmt::print(stderr, "\r\033[K");
  line_shown_ = false;
}

std::string grouped(uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string alerts_text(const fraud::PipelineTotals& totals) {
  std::string rules;
  for (const auto& [rule, count] : totals.alerts_by_rule) {
    rules += fmt::format("{}{} {}", rules.empty() ? "" : ", ", rule, grouped(count));
  }
  return fmt::format("{} ({})", grouped(totals.alerts()), rules);
}

}  // namespace millrace::apps
