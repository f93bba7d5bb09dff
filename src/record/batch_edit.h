#pragma once

#include "base/bytes.h"
#include "record/batch_header.h"

/// What a broker changes in a batch that a client made, in place. `batch` is one whole batch (what
/// `BatchView::parse` accepts; anything shorter is a bug).
namespace millrace::record {

/// Outside the CRC, so the batch stays valid without touching it.
void set_base_offset(MutableBytes batch, Offset base_offset);
void set_partition_leader_epoch(MutableBytes batch, LeaderEpoch epoch);

/// Gives every record the time of the append: sets the timestamp type and the max timestamp, and
/// computes the CRC anew.
void set_log_append_time(MutableBytes batch, Timestamp now);

/// Corrects the max timestamp, as Kafka does with clients that send a wrong one, and computes the
/// CRC anew.
void set_max_timestamp(MutableBytes batch, Timestamp max_timestamp);

/// Computes the CRC of `batch` and stores it.
void seal_crc(MutableBytes batch);

}  // namespace millrace::record
