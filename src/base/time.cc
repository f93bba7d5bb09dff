#include "base/time.h"

namespace millrace {

Timestamp SystemClock::wall_now() const {
  auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp(std::chrono::duration_cast<Milliseconds>(since_epoch).count());
}

MonoTime SystemClock::mono_now() const {
  return std::chrono::steady_clock::now();
}

}  // namespace millrace
