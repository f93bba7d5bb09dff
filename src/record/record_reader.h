#pragma once

#include <optional>

#include "base/result.h"
#include "record/batch_view.h"
#include "record/decompressor.h"
#include "record/record_view.h"

namespace millrace::record {

/// Reads the records of batches that are stored or were fetched, control batches and those that
/// compaction has thinned out or emptied included. Believes neither counts nor lengths, but does
/// not check the CRC. Not thread-safe.
class RecordReader {
 public:
  /// `decompressor` may serve other readers too, but holds the records of one batch at a time.
  explicit RecordReader(Decompressor& decompressor) : decompressor_(decompressor) {}

  /// Starts on `batch`, whose bytes must live as long as its records are looked at.
  /// Errors: those of `Decompressor::all`.
  Result<void> open(const BatchView& batch);

  /// The next record; null at the end. Valid until the next call, what it points at until the
  /// decompressor is used again. Errors: corrupt: a record's lengths do not add up, offset deltas
  /// do not rise or leave the batch, or bytes follow the last record.
  Result<const RecordView*> next();

 private:
  Decompressor& decompressor_;
  BatchHeader header_;
  Bytes rest_;
  int32_t read_ = 0;
  int32_t last_delta_ = -1;
  RecordView record_;
};

struct TimestampedOffset {
  Offset offset{0};
  Timestamp timestamp{-1};
  bool operator==(const TimestampedOffset&) const = default;
};

/// The first record of `batch` at `from` or later with a timestamp >= `at_least`, as ListOffsets
/// asks for it; nothing if there is none. Errors: those of `RecordReader`.
Result<std::optional<TimestampedOffset>> find_by_timestamp(const BatchView& batch,
                                                           Timestamp at_least, Offset from,
                                                           Decompressor& decompressor);

}  // namespace millrace::record
