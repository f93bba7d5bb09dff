#pragma once

#include <optional>

#include "millrace/consumer.h"
#include "millrace/producer.h"

namespace millrace::client {

/// Writes records that were given up to a dead-letter topic, over a producer that is opened for
/// the first of them. For one thread at a time.
class DeadLetters {
 public:
  /// `options` of the consumer: the connection's properties are taken over.
  explicit DeadLetters(const ConsumerOptions& options) : options_(options) {}

  /// After success the dead letter is written with acks=all. Waits for at most 30 s. Errors: the
  /// producer's.
  Result<void> write(const RawRecord& record, const Failure& failure);

 private:
  Result<void> open();

  const ConsumerOptions& options_;
  std::optional<RawProducer> producer_;
};

}  // namespace millrace::client
