#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "record/codec.h"

/// The 61 bytes before the records of a RecordBatch v2, as fields.
/// Source: Kafka's protocol guide, "Record Batch"; KIP-98, KIP-534 (delete horizon).
///
///   0 base offset i64          17 crc u32 (of byte 21 to the end)   43 producer id i64
///   8 batch length i32         21 attributes i16                    51 producer epoch i16
///  12 partition leader epoch   23 last offset delta i32             53 base sequence i32
///     i32 (outside the CRC)    27 base timestamp i64                57 record count i32
///  16 magic i8 = 2             35 max timestamp i64                 61 records
namespace millrace::record {

inline constexpr std::size_t batch_header_size = 61;
/// Base offset and batch length: what precedes the bytes that batch length counts.
inline constexpr std::size_t batch_prefix_size = 12;
/// What the CRC covers starts here and ends with the batch.
inline constexpr std::size_t crc_coverage_start = 21;

enum class TimestampType : uint8_t { create_time = 0, log_append_time = 1 };

/// Numbers the records of an idempotent producer in one partition; −1 = none. After 2^31−1
/// comes 0.
using Sequence = Strong<struct SequenceTag, int32_t>;
inline constexpr Sequence no_sequence{-1};
inline constexpr ProducerEpoch no_producer_epoch{-1};

/// `n` (>= 0) further than `sequence` (>= 0), with the wrap.
constexpr Sequence sequence_after(Sequence sequence, int32_t n) {
  auto sum = static_cast<uint32_t>(sequence.value()) + static_cast<uint32_t>(n);
  return Sequence(static_cast<int32_t>(sum & 0x7fffffffu));
}

/// The attribute bits. Bits without a meaning yet are kept as they came.
class BatchAttributes {
 public:
  constexpr BatchAttributes() = default;
  constexpr explicit BatchAttributes(int16_t bits) : bits_(bits) {}

  constexpr int16_t bits() const { return bits_; }
  constexpr Codec codec() const { return static_cast<Codec>(bits_ & codec_mask); }
  constexpr TimestampType timestamp_type() const {
    return has(log_append_time_bit) ? TimestampType::log_append_time : TimestampType::create_time;
  }
  constexpr bool transactional() const { return has(transactional_bit); }
  /// Written by a broker: transaction markers. Never shown to applications.
  constexpr bool control() const { return has(control_bit); }
  /// Set by compaction: the header's base timestamp is then the time after which tombstones go.
  constexpr bool has_delete_horizon() const { return has(delete_horizon_bit); }

  constexpr BatchAttributes with_codec(Codec codec) const {
    return BatchAttributes(static_cast<int16_t>((bits_ & ~codec_mask) | static_cast<int>(codec)));
  }
  constexpr BatchAttributes with_timestamp_type(TimestampType type) const {
    return with(log_append_time_bit, type == TimestampType::log_append_time);
  }
  constexpr BatchAttributes with_transactional(bool on) const {
    return with(transactional_bit, on);
  }
  constexpr BatchAttributes with_control(bool on) const { return with(control_bit, on); }

  constexpr bool operator==(const BatchAttributes&) const = default;

 private:
  static constexpr int codec_mask = 0x07;
  static constexpr int log_append_time_bit = 0x08;
  static constexpr int transactional_bit = 0x10;
  static constexpr int control_bit = 0x20;
  static constexpr int delete_horizon_bit = 0x40;

  constexpr bool has(int bit) const { return (bits_ & bit) != 0; }
  constexpr BatchAttributes with(int bit, bool on) const {
    return BatchAttributes(static_cast<int16_t>(on ? bits_ | bit : bits_ & ~bit));
  }

  int16_t bits_ = 0;
};

/// The defaults are those of a batch without an idempotent producer, before a broker has seen it.
struct BatchHeader {
  Offset base_offset{0};
  /// Bytes after this field: the batch's size less 12.
  int32_t batch_length = 0;
  LeaderEpoch partition_leader_epoch = no_leader_epoch;
  /// As stored; nothing here says that it is right (`BatchView::crc_matches` does).
  uint32_t crc = 0;
  BatchAttributes attributes{};
  /// Last offset − base offset. After compaction it may be larger than the records suggest.
  int32_t last_offset_delta = 0;
  /// What the records' timestamp deltas count from; −1 = none.
  Timestamp base_timestamp{-1};
  /// Of the records; with LogAppendTime, the time of every record.
  Timestamp max_timestamp{-1};
  ProducerId producer_id = no_producer_id;
  ProducerEpoch producer_epoch = no_producer_epoch;
  Sequence base_sequence = no_sequence;
  /// 0 where compaction kept only the header.
  int32_t record_count = 0;

  /// The whole batch, header included.
  std::size_t size_in_bytes() const {
    return batch_prefix_size + static_cast<std::size_t>(batch_length);
  }
  Offset last_offset() const { return base_offset + last_offset_delta; }
  /// The offset that follows the batch.
  Offset next_offset() const { return base_offset + last_offset_delta + 1; }
  bool has_producer_id() const { return producer_id > no_producer_id; }
  /// no_sequence when there is no base sequence.
  Sequence last_sequence() const {
    return base_sequence < Sequence(0) ? no_sequence
                                       : sequence_after(base_sequence, last_offset_delta);
  }

  bool operator==(const BatchHeader&) const = default;
};

/// Reads the header at the front of `bytes`, of which only the first 61 are looked at: the batch
/// itself need not be there yet, `size_in_bytes()` says how long it is. The CRC is not checked.
/// Errors: corrupt: fewer than 61 bytes, a batch length below 49, a negative base offset or last
/// offset delta or one that leads past 2^63, an unknown magic (all zero, as in the preallocated
/// tail of a log, is one of these); unsupported: magic 0 or 1, the message formats before
/// Kafka 0.11.
Result<BatchHeader> decode_header(Bytes bytes);

/// Writes `header` as it is, CRC included, to the first 61 bytes of `to`.
void encode_header(const BatchHeader& header, MutableBytes to);

}  // namespace millrace::record
