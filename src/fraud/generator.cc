#include "fraud/generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

namespace millrace::fraud {
namespace {

constexpr std::array<std::string_view, 12> cities = {"Amsterdam", "Berlin", "Bruxelles", "Dublin",
                                                     "Lisboa",    "London", "Madrid",    "Milano",
                                                     "Paris",     "Praha",  "Wien",      "Zürich"};

/// Honest users pay about once in four hours then, so that four times in one is rare.
uint64_t users_for(double per_second) {
  return static_cast<uint64_t>(std::max(1000.0, per_second * 3600 * 4));
}

}  // namespace

Generator::Generator(GeneratorConfig config, Timestamp start)
    : config_(config), start_(start), random_(config.seed) {
  if (config_.users == 0) config_.users = users_for(config_.per_second);
}

/// In [0, 1). The standard's distributions differ between libraries; this does not.
double Generator::uniform() {
  return static_cast<double>(random_() >> 11) * 0x1p-53;
}

Generated Generator::next() {
  const auto due = static_cast<int64_t>(static_cast<double>(made_) * 1000 / config_.per_second);
  fraud_owed_ += config_.fraud_share;
  if (burst_.empty() && fraud_owed_ >= 1) plan_fraud();
  // A burst is spread over the honest traffic, but never faster than its share allows.
  const bool fraud = !burst_.empty() && fraud_owed_ >= 1;
  Generated out{fraud ? burst_.front() : honest(random_() % config_.users), fraud};
  if (fraud) {
    burst_.pop_front();
    fraud_owed_ -= 1;
  }
  out.transaction.id = fmt::format("{}-{:x}-{}", config_.seed, start_.value() / 1000, made_++);
  out.transaction.time = start_ + due;
  return out;
}

Transaction Generator::honest(uint64_t user) {
  const double normal =
      std::sqrt(-2 * std::log(1 - uniform())) * std::cos(2 * std::numbers::pi * uniform());
  const double amount = std::clamp(40 * std::exp(0.9 * normal), 0.5, 850.0);
  return {.user_id = fmt::format("user-{:07}", user),
          .amount = Money::from_micros(std::llround(amount * 100) * 10'000),
          .location = std::string(cities[random_() % cities.size()])};
}

void Generator::plan_fraud() {
  Transaction base = honest(random_() % config_.users);
  if (uniform() < 0.5) {
    base.amount = Money::from_micros(static_cast<int64_t>(90'100 + random_() % 400'000) * 10'000);
    burst_.push_back(base);
    return;
  }
  const uint64_t payments = 4 + random_() % 4;
  for (uint64_t i = 0; i < payments; ++i) {
    base.amount = Money::from_micros(static_cast<int64_t>(100 + random_() % 4'900) * 10'000);
    base.location = std::string(cities[random_() % cities.size()]);
    burst_.push_back(base);
  }
}

}  // namespace millrace::fraud
