#pragma once

#include <functional>
#include <memory>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

namespace millrace {

/// Where the broker put a record.
struct RecordMetadata {
  PartitionId partition{-1};
  Offset offset{-1};        ///< −1 with acks=none: the broker does not say
  Timestamp timestamp{-1};  ///< −1 when the broker does not say
};

class DeliveryState;

/// The outcome of one send, as it will be: wait for it, be called with it, or drop it. A failure
/// that nobody waited for is logged and reported by the next `flush`. Outlives its producer.
class Delivery {
 public:
  using Callback = std::function<void(const Result<RecordMetadata>&)>;

  explicit Delivery(DeliveryState* adopted) : state_(adopted) {}
  ~Delivery();
  Delivery(Delivery&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Delivery& operator=(Delivery&& other) noexcept;

  /// Waits for the outcome. Success means what `acks` asked for. Errors: timed_out when it is
  /// still open after `timeout`, or the broker's or the queue's own reason. May be called again.
  /// Not from inside a delivery callback, whose thread it would wait for.
  Result<RecordMetadata> get(Milliseconds timeout = Milliseconds(30'000));

  bool ready() const;

  /// Calls `callback` once with the outcome: on the producer's own delivery thread (never
  /// librdkafka's), or at once on this thread when it is known already. What it throws is logged.
  void then(Callback callback) &&;

 private:
  DeliveryState* state_;
};

}  // namespace millrace
