#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "fraud/generator.h"
#include "fraud/input/csv_transactions.h"
#include "millrace/producer.h"

namespace millrace::fraud {

struct WriterConfig {
  std::string brokers;
  std::string topic = "transactions";
  Properties props = {};
};

/// Produces transactions as JSON, keyed by user, so that a user's transactions keep their order.
/// For one thread at a time; totals from any.
class TransactionWriter {
 public:
  struct Totals {
    uint64_t delivered = 0;
    uint64_t failed = 0;
    std::map<PartitionId, Offset> last;  ///< the highest offset delivered, by partition
  };

  static Result<TransactionWriter> open(WriterConfig config, Logger log);

  /// Waits while the queue of what is not delivered yet is full.
  void write(const Transaction& transaction);
  /// Waits until everything written is durable. Errors: timed_out, failed.
  Result<void> flush(Milliseconds timeout);
  Totals totals() const;

 private:
  struct Outcomes {
    std::mutex mutex;
    Totals totals;
  };
  TransactionWriter(std::string topic, RawProducer producer)
      : topic_(std::move(topic)), producer_(std::move(producer)) {}

  std::string topic_;
  std::shared_ptr<Outcomes> outcomes_ = std::make_shared<Outcomes>();
  RawProducer producer_;
};

/// Writes what the generator makes, when it is due, until `stop`.
void write_generated(Generator& generator, TransactionWriter& writer, const Clock& clock,
                     const std::stop_token& stop);

/// Writes the transactions of CSV files, one file after the other, as fast as the broker takes
/// them. Returns how many were written; durable when this returns. Errors: the first that a file or
/// the broker has; `cancelled` by `stop`.
Result<uint64_t> replay(std::span<const std::string> files, const FieldMapping& mapping,
                        TransactionWriter& writer, const std::stop_token& stop);

}  // namespace millrace::fraud
