#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

/// Numbers for Prometheus. A cell is owned by the thread that asked for it, so counting costs a
/// plain add; a scrape sums the cells of one name and label set.
namespace millrace::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Only ever grows. `add` from the owning thread alone; `value` from any.
class Counter {
 public:
  void add(uint64_t n = 1) {
    cell_.store(cell_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  uint64_t value() const { return cell_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> cell_{0};
};

/// A level. `set` and `add` from the owning thread alone; `value` from any.
class Gauge {
 public:
  void set(double v) { cell_.store(v, std::memory_order_relaxed); }
  void add(double d) { set(value() + d); }
  double value() const { return cell_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> cell_{0};
};

/// A distribution of durations over 15 buckets, 1-2.5-5 from 100 µs to 5 s, exported in seconds.
/// `observe` from the owning thread alone.
class Histogram {
 public:
  static constexpr std::array<double, 15> bounds_seconds = {
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};

  void observe(Duration d);

  struct Snapshot {
    std::array<uint64_t, bounds_seconds.size() + 1>
        buckets{};  ///< not cumulative; last = above all
    uint64_t count = 0;
    double sum_seconds = 0;

    void operator+=(const Snapshot& other);
    /// The value below which a share `q` (0..1) of the observations lies, interpolated in its
    /// bucket; zero when there is none.
    Duration quantile(double q) const;
  };
  Snapshot snapshot() const;

 private:
  std::array<std::atomic<uint64_t>, bounds_seconds.size() + 1> buckets_{};
  std::atomic<uint64_t> sum_ns_{0};
};

enum class Kind : uint8_t { counter, gauge };

/// What a collector reports at a scrape: values that somebody else keeps (offsets, lags).
struct Sample {
  Kind kind = Kind::gauge;
  std::string name;
  std::string help;
  Labels labels;
  double value = 0;
};

/// All metrics of a process. Thread-safe; cells live as long as the registry. Never ask for a cell
/// on a hot path, never label by anything a user can make up without limit.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// A new cell of the calling thread. Cells of equal name and labels are summed.
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, Labels labels = {});

  /// `collect` is called at every scrape, on the scraping thread; it must be thread-safe and must
  /// not block. Dropping the handle removes it, waiting for a scrape under way.
  using Collect = std::function<void(std::vector<Sample>& out)>;
  [[nodiscard]] std::shared_ptr<void> add_collector(Collect collect);

  /// Prometheus text exposition format 0.0.4, families sorted by name.
  std::string serialize() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace millrace::metrics
