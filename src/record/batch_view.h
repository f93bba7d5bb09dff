#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "record/batch_header.h"

namespace millrace::record {

/// One whole batch somewhere in memory: its header decoded, its bytes borrowed. Cheap to copy;
/// valid as long as the bytes are.
class BatchView {
 public:
  /// The batch at the front of `bytes`; more may follow it. The CRC is not checked.
  /// Errors: those of `decode_header`; corrupt: the batch is longer than `bytes`.
  static Result<BatchView> parse(Bytes bytes);

  const BatchHeader& header() const { return header_; }
  /// The batch, from its base offset to its last record.
  Bytes bytes() const { return bytes_; }
  /// What follows the header: records, compressed as one piece if the attributes say so.
  Bytes records_section() const { return bytes_.subspan(batch_header_size); }
  /// Whether the stored CRC-32C is that of the bytes it covers: all but base offset, batch
  /// length, partition leader epoch and magic. Reads the whole batch.
  bool crc_matches() const;

 private:
  BatchView(const BatchHeader& header, Bytes bytes) : header_(header), bytes_(bytes) {}

  BatchHeader header_;
  Bytes bytes_;
};

/// Walks batches that lie back to back, as in a produce request, a fetch response or a segment.
class BatchCursor {
 public:
  explicit BatchCursor(Bytes batches) : rest_(batches) {}

  /// The next batch; nothing at the end. Errors: those of `BatchView::parse`; the cursor then
  /// stays before the bad one, and `rest()` starts with it.
  Result<std::optional<BatchView>> next();

  /// What has not been walked yet.
  Bytes rest() const { return rest_; }

 private:
  Bytes rest_;
};

}  // namespace millrace::record
