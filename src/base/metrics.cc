#include "base/metrics.h"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>

namespace millrace::metrics {

void Histogram::observe(Duration d) {
  auto seconds = std::chrono::duration<double>(d).count();
  auto bucket = static_cast<std::size_t>(
      std::lower_bound(bounds_seconds.begin(), bounds_seconds.end(), seconds) -
      bounds_seconds.begin());
  auto add = [](std::atomic<uint64_t>& cell, uint64_t n) {
    cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  };
  add(buckets_[bucket], 1);
  add(sum_ns_, static_cast<uint64_t>(std::max<int64_t>(0, d.count())));
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot out;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    out.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
    out.count += out.buckets[i];
  }
  out.sum_seconds = static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) / 1e9;
  return out;
}

void Histogram::Snapshot::operator+=(const Snapshot& other) {
  for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
  count += other.count;
  sum_seconds += other.sum_seconds;
}

Duration Histogram::Snapshot::quantile(double q) const {
  if (count == 0) return Duration::zero();
  double rank = q * static_cast<double>(count);
  double below = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    auto here = static_cast<double>(buckets[i]);
    if (here > 0 && below + here >= rank) {
      double low = i == 0 ? 0 : bounds_seconds[i - 1];
      double high = i < bounds_seconds.size() ? bounds_seconds[i] : bounds_seconds.back();
      double seconds = low + (high - low) * std::clamp((rank - below) / here, 0.0, 1.0);
      return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    }
    below += here;
  }
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(bounds_seconds.back()));
}

// Deques keep cells in place, so a reference handed out stays valid.
struct Registry::State {
  template <class Cell>
  struct Family {
    std::string help;
    std::map<Labels, std::deque<Cell>> series;
  };

  mutable std::mutex mutex;  // guards the maps, never a cell
  std::map<std::string, Family<Counter>> counters;
  std::map<std::string, Family<Gauge>> gauges;
  std::map<std::string, Family<Histogram>> histograms;

  mutable std::mutex collectors_mutex;  // held while collectors run, so that removal waits
  std::map<uint64_t, Collect> collectors;
  uint64_t next_collector = 0;

  template <class Cell>
  Cell& add(std::map<std::string, Family<Cell>>& families, std::string_view name,
            std::string_view help, Labels labels) {
    std::lock_guard lock(mutex);
    auto& family = families[std::string(name)];
    family.help = help;
    return family.series[std::move(labels)].emplace_back();
  }
};

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Families = std::map<std::string, MetricFamily>;

MetricFamily& family_of(Families& families, const std::string& name, const std::string& help,
                        MetricType type) {
  auto& family = families[name];
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

ClientMetric labelled(const Labels& labels) {
  ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
}

void put(Families& families, const Sample& sample) {
  bool counts = sample.kind == Kind::counter;
  auto metric = labelled(sample.labels);
  if (counts)
    metric.counter.value = sample.value;
  else
    metric.gauge.value = sample.value;
  family_of(families, sample.name, sample.help, counts ? MetricType::Counter : MetricType::Gauge)
      .metric.push_back(std::move(metric));
}

ClientMetric histogram_metric(const Labels& labels, const Histogram::Snapshot& snapshot) {
  auto metric = labelled(labels);
  metric.histogram.sample_count = snapshot.count;
  metric.histogram.sample_sum = snapshot.sum_seconds;
  uint64_t cumulative = 0;
  for (std::size_t i = 0; i < Histogram::bounds_seconds.size(); ++i) {
    cumulative += snapshot.buckets[i];
    metric.histogram.bucket.push_back({cumulative, Histogram::bounds_seconds[i]});
  }
  return metric;
}

}  // namespace

Registry::Registry() : state_(std::make_shared<State>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(std::string_view name, std::string_view help, Labels labels) {
  return state_->add(state_->counters, name, help, std::move(labels));
}
Gauge& Registry::gauge(std::string_view name, std::string_view help, Labels labels) {
  return state_->add(state_->gauges, name, help, std::move(labels));
}
Histogram& Registry::histogram(std::string_view name, std::string_view help, Labels labels) {
  return state_->add(state_->histograms, name, help, std::move(labels));
}

std::shared_ptr<void> Registry::add_collector(Collect collect) {
  std::lock_guard lock(state_->collectors_mutex);
  auto id = state_->next_collector++;
  state_->collectors.emplace(id, std::move(collect));
  return std::shared_ptr<void>(nullptr, [state = state_, id](void*) {
    std::lock_guard guard(state->collectors_mutex);
    state->collectors.erase(id);
  });
}

std::string Registry::serialize() const {
  Families families;
  {
    std::lock_guard lock(state_->mutex);
    for (const auto& [name, family] : state_->counters) {
      for (const auto& [labels, cells] : family.series) {
        double sum = 0;
        for (const auto& cell : cells) sum += static_cast<double>(cell.value());
        put(families, {Kind::counter, name, family.help, labels, sum});
      }
    }
    for (const auto& [name, family] : state_->gauges) {
      for (const auto& [labels, cells] : family.series) {
        double sum = 0;
        for (const auto& cell : cells) sum += cell.value();
        put(families, {Kind::gauge, name, family.help, labels, sum});
      }
    }
    for (const auto& [name, family] : state_->histograms) {
      auto& out = family_of(families, name, family.help, MetricType::Histogram);
      for (const auto& [labels, cells] : family.series) {
        Histogram::Snapshot sum;
        for (const auto& cell : cells) sum += cell.snapshot();
        out.metric.push_back(histogram_metric(labels, sum));
      }
    }
  }
  {
    std::lock_guard lock(state_->collectors_mutex);
    std::vector<Sample> samples;
    for (const auto& [id, collect] : state_->collectors) collect(samples);
    for (const auto& sample : samples) put(families, sample);
  }
  std::vector<MetricFamily> sorted;
  sorted.reserve(families.size());
  for (auto& [name, family] : families) sorted.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(sorted);
}

}  // namespace millrace::metrics
