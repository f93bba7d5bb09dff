#pragma once

#include <functional>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "broker/partition.h"

/// Records that the broker itself writes and reads: `__cluster_metadata`, `__consumer_offsets`.
namespace millrace::broker {

struct OwnRecord {
  std::optional<Buffer> key;
  std::optional<Buffer> value;
};

/// Appends `records` as one batch, so that a crash leaves all or none of them. After it: in the
/// page cache; the caller asks the shard for the sync. Errors: those of Log::append.
Result<storage::AppendInfo> append_records(storage::Log& log, std::span<const OwnRecord> records,
                                           Timestamp now);

/// Calls `each` for every record below the high watermark, in order, and ends at its first error.
/// Waits for the device. Errors: those of `each`, io_error, corrupt.
Result<void> replay_records(
    storage::Log& log,
    const std::function<Result<void>(std::optional<Bytes> key, std::optional<Bytes> value)>& each);

}  // namespace millrace::broker
