#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "record/batch_header.h"

namespace millrace::storage {

/// What a partition remembers of its idempotent producers: enough to store each batch once and in
/// order. Pure state: the log decides when it is saved. Rules: Kafka's ProducerAppendInfo (KIP-98,
/// KIP-360).
///
/// Silence is measured by when this broker last heard of a producer, not by the records'
/// timestamps, so that replaying old data does not forget its producer.
class ProducerStates {
 public:
  /// A batch appended before.
  struct Batch {
    record::Sequence last_sequence = record::no_sequence;
    Offset last_offset;
    int32_t offset_delta = 0;  ///< last offset − first offset
    Timestamp timestamp{-1};   ///< the batch's greatest

    Offset first_offset() const { return last_offset - offset_delta; }
    record::Sequence first_sequence() const;
  };

  explicit ProducerStates(std::size_t max_producers) : max_producers_(max_producers) {}

  /// Whether `batch` (offsets not yet assigned) may be appended: nothing = yes; a Batch = it was
  /// stored before, that is where. Errors: fenced (older epoch), out_of_order (its sequence does
  /// not follow). Batches without a producer id and control batches always may.
  Result<std::optional<Batch>> check(const record::BatchHeader& batch) const;

  /// Takes an appended (or replayed) batch into account.
  void apply(const record::BatchHeader& batch, Timestamp now);

  /// Forgets producers silent for `expiry`.
  void expire(Timestamp now, Milliseconds expiry);

  std::size_t count() const { return producers_.size(); }

  /// The content of a `.snapshot` file: Kafka's ProducerSnapshot version 1.
  Buffer snapshot() const;
  /// Replaces everything by a snapshot; `now` counts as the last sign of each producer.
  /// Errors: corrupt (checksum or layout), unsupported (another version).
  Result<void> restore(Bytes snapshot, Timestamp now);

 private:
  static constexpr std::size_t remembered_batches = 5;

  struct Producer {
    ProducerEpoch epoch = record::no_producer_epoch;
    std::array<Batch, remembered_batches> batches;  // oldest first
    std::size_t batch_count = 0;
    int32_t coordinator_epoch = -1;
    Offset transaction_start{-1};
    Timestamp last_heard{-1};

    std::span<const Batch> recent() const { return {batches.data(), batch_count}; }
    void remember(const Batch& batch);
  };

  void make_room();

  std::size_t max_producers_;
  std::unordered_map<ProducerId, Producer> producers_;
};

}  // namespace millrace::storage
