#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>

#include "fraud/transaction.h"

namespace millrace::fraud {

struct GeneratorConfig {
  uint64_t seed = 42;
  double per_second = 500;
  double fraud_share = 0.004;  ///< of all transactions, 0..1
  /// Card holders. With few of them an honest one soon pays four times an hour; 0 = so many that
  /// this stays rare at the given rate.
  uint64_t users = 0;
};

/// A generated transaction; `fraud` is what the generator meant by it.
struct Generated {
  Transaction transaction;
  bool fraud = false;
};

/// Card transactions that never end, the same ones for the same configuration and start. Honest
/// amounts are log-normal around 40. The stated share of all transactions is fraud: single
/// payments over 900, or one user's bursts of four to seven small payments within seconds.
class Generator {
 public:
  Generator(GeneratorConfig config, Timestamp start);

  /// The next one; its time is when it is due, evenly spaced from `start` on.
  Generated next();

  const GeneratorConfig& config() const { return config_; }

 private:
  double uniform();
  Transaction honest(uint64_t user);
  void plan_fraud();

  GeneratorConfig config_;
  Timestamp start_;
  std::mt19937_64 random_;
  uint64_t made_ = 0;
  double fraud_owed_ = 0;
  std::deque<Transaction> burst_;
};

}  // namespace millrace::fraud
