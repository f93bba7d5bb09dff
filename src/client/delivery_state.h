#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "millrace/delivery.h"

namespace millrace {

/// Failures of records whose Delivery was dropped, until a flush reports them. Thread-safe.
class UnseenFailures {
 public:
  void add(const Error& error);

  /// How many since the last call, and the first of them.
  struct Report {
    uint64_t count = 0;
    std::string first;
  };
  Report take();

 private:
  std::mutex mutex_;
  Report report_;
};

/// Shared by a Delivery and the record under way, which each hold one of its references.
/// Thread-safe.
class DeliveryState {
 public:
  /// Whoever holds the last reference adds a failure that was never looked at to `unseen`, which
  /// may be null.
  DeliveryState(int references, std::shared_ptr<UnseenFailures> unseen)
      : references_(references), unseen_(std::move(unseen)) {}

  void release();

  /// Returns the callback to be called with the outcome, if there is one.
  [[nodiscard]] Delivery::Callback complete(Result<RecordMetadata> outcome);

  Result<RecordMetadata> wait(Milliseconds timeout);
  bool ready() const;

  /// Keeps `callback` for complete(), or returns it when the outcome is known already.
  [[nodiscard]] Delivery::Callback subscribe(Delivery::Callback callback);

  /// Only once complete: it does not change any more.
  const Result<RecordMetadata>& outcome() const { return *outcome_; }

 private:
  ~DeliveryState() = default;

  std::atomic<int> references_;
  std::shared_ptr<UnseenFailures> unseen_;
  mutable std::mutex mutex_;
  std::condition_variable completed_;
  std::optional<Result<RecordMetadata>> outcome_;
  Delivery::Callback callback_;
  bool seen_ = false;
};

}  // namespace millrace
