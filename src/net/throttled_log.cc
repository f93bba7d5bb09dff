#include "net/throttled_log.h"

namespace millrace::net {

bool ThrottledLog::admit() {
  auto now = clock_.mono_now();
  if (!period_start_ || now - *period_start_ >= limits_.period) {
    if (left_out_ > 0) log_.warn("similar lines were left out", kv("count", left_out_));
    period_start_ = now;
    lines_ = 0;
    left_out_ = 0;
  }
  if (lines_ >= limits_.lines_max) {
    ++left_out_;
    return false;
  }
  ++lines_;
  return true;
}

}  // namespace millrace::net
