#pragma once

#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "record/batch_header.h"
#include "record/record_view.h"

namespace millrace::record {

struct BatchOptions {
  Codec codec = Codec::none;
  /// Within `levels_of(codec)`; nothing = its standard.
  std::optional<int> level = std::nullopt;
  Offset base_offset{0};
  LeaderEpoch partition_leader_epoch = no_leader_epoch;
  ProducerId producer_id = no_producer_id;
  ProducerEpoch producer_epoch = no_producer_epoch;
  Sequence base_sequence = no_sequence;
  bool transactional = false;
  /// Only a broker's own markers.
  bool control = false;
  /// Header and records before compression. Kafka's default for message.max.bytes.
  std::size_t max_bytes = 1'048'588;
};

/// A record to be written; borrows its bytes until `add` returns.
struct NewRecord {
  Timestamp timestamp{-1};
  std::optional<Bytes> key = std::nullopt;
  std::optional<Bytes> value = std::nullopt;
  std::span<const HeaderView> headers = {};
};

/// Makes batches byte by byte as Kafka's own clients do: offsets count from the base without
/// gaps, timestamps are relative to the first record's. Not thread-safe.
class BatchBuilder {
 public:
  explicit BatchBuilder(const BatchOptions& options = {});

  /// Errors: limit_exceeded: the batch would grow beyond `max_bytes`; invalid_argument: a
  /// timestamp too far from the first one's for 64 bits, a header key or value or the like of
  /// 2 GiB. The batch is then as before.
  Result<void> add(const NewRecord& record);

  int32_t record_count() const { return count_; }
  /// Before compression, header included.
  std::size_t size_in_bytes() const { return bytes_.size(); }

  /// The batch, with its CRC; the builder is then empty and may be used again. Where compression
  /// gains nothing the records stay uncompressed, as in librdkafka and kafka-python.
  /// Errors: invalid_argument: no records; those of `compress`.
  Result<Buffer> finish();

 private:
  void clear();
  BatchHeader header_for(Codec codec, std::size_t size) const;

  BatchOptions options_;
  Buffer bytes_;  ///< room for the header, then the records
  int32_t count_ = 0;
  Timestamp base_timestamp_{-1};
  Timestamp max_timestamp_{-1};
};

}  // namespace millrace::record
