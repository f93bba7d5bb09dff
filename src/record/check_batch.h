#pragma once

#include "base/result.h"
#include "record/batch_view.h"
#include "record/decompressor.h"

namespace millrace::record {

struct CheckOptions {
  /// A compacted topic takes no record without a key.
  bool require_keys = false;
};

/// What the records of a sound batch say. −1 = none of them has a timestamp.
struct RecordTimes {
  Timestamp min_timestamp{-1};
  /// A client may have stored something else in the header; Kafka's broker corrects it, as
  /// `set_max_timestamp` does.
  Timestamp max_timestamp{-1};
};

/// All that a broker checks before it appends what a client sent:
/// - the CRC-32C;
/// - a codec with a name, no control batch, no LogAppendTime, no delete horizon, a sequence where
///   there is a producer id, a producer id where it is transactional;
/// - record count = last offset delta + 1 > 0;
/// - every record: its lengths and varints add up to the bytes there are, offset deltas count
///   0, 1, 2 …, timestamps neither overflow nor lie below −1, headers have keys.
/// Compressed records are opened through `decompressor`, under its limits, 64 KiB at a time.
/// Uncompressed ones are checked in place, without a single allocation.
///
/// Errors: corrupt: the CRC does not match (a damaged transfer: worth a retry);
/// invalid_argument: anything else above, or data that its codec cannot open (the client's fault:
/// a retry is in vain); the context names the record, counted from 0; unsupported: an unknown
/// codec, or an LZ4 frame that Kafka's clients could not read back; limit_exceeded: it opens to
/// more than the decompressor's limits.
/// Source: Kafka's LogValidator and DefaultRecordBatch.
Result<RecordTimes> check_batch(const BatchView& batch, const CheckOptions& options,
                                Decompressor& decompressor);

}  // namespace millrace::record
