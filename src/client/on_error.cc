#include "millrace/on_error.h"

#include <algorithm>

namespace millrace {

Milliseconds OnError::wait_after(int attempts) const {
  constexpr int most_doublings = 30;
  auto doubled = backoff * (int64_t{1} << std::clamp(attempts - 1, 0, most_doublings));
  return std::min(doubled, max_backoff);
}

Milliseconds OnError::total_wait() const {
  // The waits grow up to max_backoff within 31 steps and are equal from there on.
  constexpr int growing = 31;
  Milliseconds total{0};
  for (int i = 1; i <= std::min(retries, growing); ++i) total += wait_after(i);
  return total + max_backoff * std::max(0, retries - growing);
}

}  // namespace millrace
