#pragma once

#include <string>

#include "apps/console.h"
#include "fraud/dashboard/live_page.h"

namespace millrace::apps {

/// Alerts on stdout, one line each, and a line of numbers on stderr: redrawn once a second on a
/// terminal, written every ten seconds elsewhere. For one thread.
class LiveTerminal {
 public:
  enum class Format : uint8_t { lines, json };
  LiveTerminal(Console& console, Format format) : console_(console), format_(format) {}

  void alert(const fraud::AlertLog::Acknowledged& acknowledged);
  /// Once a second.
  void numbers(const fraud::LiveNumbers& numbers);
  /// Takes the redrawn line away before other text follows.
  void clear_line();

 private:
  Console& console_;
  Format format_;
  bool line_shown_ = false;
  int seconds_ = 0;
};

/// "12,345"
std::string grouped(uint64_t number);

/// "41 (high_amount 12, velocity_1h 29)"
std::string alerts_text(const fraud::PipelineTotals& totals);

}  // namespace millrace::apps
