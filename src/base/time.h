#pragma once

#include <chrono>
#include <cstdint>

#include "base/strong.h"

namespace millrace {

/// Milliseconds since 1970-01-01T00:00:00Z: a record's or an event's time. −1 = none.
using Timestamp = Strong<struct TimestampTag, int64_t>;

using Duration = std::chrono::nanoseconds;
using Milliseconds = std::chrono::milliseconds;

/// A point of the monotonic clock; only differences mean anything.
using MonoTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// The only source of time below apps/: injected, so that tests and seeds can replay a run.
class Clock {
 public:
  virtual ~Clock() = default;
  /// May jump in both directions. For timestamps and retention, never for time-outs.
  virtual Timestamp wall_now() const = 0;
  /// Never goes back. For sessions, time-outs and latencies.
  virtual MonoTime mono_now() const = 0;
};

/// The operating system's clocks. Stateless and thread-safe.
class SystemClock final : public Clock {
 public:
  Timestamp wall_now() const override;
  MonoTime mono_now() const override;
};

/// A clock that moves only when told. Not thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = Timestamp(1'700'000'000'000)) : wall_(start) {}
  Timestamp wall_now() const override { return wall_; }
  MonoTime mono_now() const override { return mono_; }

  /// Moves both clocks.
  void advance(Duration by) {
    mono_ += by;
    wall_ += std::chrono::duration_cast<Milliseconds>(by).count();
  }
  /// Moves the wall clock alone, as an operator or NTP would.
  void set_wall(Timestamp now) { wall_ = now; }

 private:
  Timestamp wall_;
  MonoTime mono_{std::chrono::hours(1)};
};

}  // namespace millrace
