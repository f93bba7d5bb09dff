#include "fraud/service/transaction_writer.h"

#include <algorithm>
#include <condition_variable>

namespace millrace::fraud {

Result<TransactionWriter> TransactionWriter::open(WriterConfig config, Logger log) {
  ProducerOptions options;
  options.bootstrap = config.brokers;
  options.client_id = "millrace-transactions";
  options.linger = Milliseconds(2);
  options.props = config.props;
  options.logger = log;
  MR_TRY(auto producer, RawProducer::open(std::move(options)));
  return TransactionWriter(std::move(config.topic), std::move(producer));
}

void TransactionWriter::write(const Transaction& transaction) {
  const std::string json = encode_transaction(transaction);
  auto delivery = producer_.send(topic_, as_bytes(transaction.user_id), as_bytes(json));
  std::move(delivery).then([outcomes = outcomes_](const Result<RecordMetadata>& placed) {
    const std::lock_guard lock(outcomes->mutex);
    Totals& totals = outcomes->totals;
    ++(placed ? totals.delivered : totals.failed);
    if (!placed) return;
    const auto [last, fresh] = totals.last.try_emplace(placed->partition, placed->offset);
    if (!fresh) last->second = std::max(last->second, placed->offset);
  });
}

Result<void> TransactionWriter::flush(Milliseconds timeout) {
  return producer_.flush(timeout);
}

TransactionWriter::Totals TransactionWriter::totals() const {
  const std::lock_guard lock(outcomes_->mutex);
  return outcomes_->totals;
}

void write_generated(Generator& generator, TransactionWriter& writer, const Clock& clock,
                     const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const Generated made = generator.next();
    const int64_t early_ms = made.transaction.time - clock.wall_now();
    if (early_ms > 0) {
      stopped.wait_for(lock, stop, Milliseconds(early_ms), [] { return false; });
      if (stop.stop_requested()) return;
    }
    writer.write(made.transaction);
  }
}

Result<uint64_t> replay(std::span<const std::string> files, const FieldMapping& mapping,
                        TransactionWriter& writer, const std::stop_token& stop) {
  uint64_t written = 0;
  for (const std::string& file : files) {
    MR_TRY(auto csv, CsvTransactions::open(file, mapping));
    for (;;) {
      if (stop.stop_requested()) return fail(Errc::cancelled, "the replay was stopped");
      MR_TRY(const auto transaction, csv.next());
      if (!transaction) break;
      writer.write(*transaction);
      ++written;
    }
  }
  MR_TRY(writer.flush(Milliseconds(120'000)));
  const auto totals = writer.totals();
  if (totals.failed == 0) return written;
  return fail(Errc::failed, fmt::format("{} of {} transactions were not taken by the broker",
                                        totals.failed, written));
}

}  // namespace millrace::fraud
