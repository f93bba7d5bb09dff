#pragma once

#include <optional>

#include "base/log.h"
#include "base/time.h"

namespace millrace::net {

/// Warnings that a hostile peer can cause at will: at most `lines_max` in any `period`, then
/// silence, then one line that says how many were left out. Owned by one shard.
class ThrottledLog {
 public:
  struct Limits {
    int lines_max = 10;
    Milliseconds period{10'000};
  };

  ThrottledLog(Logger log, const Clock& clock, Limits limits)
      : log_(log), clock_(clock), limits_(limits) {}

  template <class... T>
  void warn(std::string_view sentence, const LogKeyValue<T>&... fields) {
    if (admit()) log_.warn(sentence, fields...);
  }

 private:
  bool admit();

  Logger log_;
  const Clock& clock_;
  Limits limits_;
  std::optional<MonoTime> period_start_;
  int lines_ = 0;
  int left_out_ = 0;
};

}  // namespace millrace::net
