#pragma once

#include <functional>
#include <string>

#include "base/bytes.h"
#include "broker/shard.h"
#include "wire/error_code.h"

namespace millrace::broker {

/// What became of one partition's part of a Produce request.
struct ProduceOutcome {
  wire::ErrorCode error = wire::ErrorCode::none;
  std::string message = {};  ///< of an error
  Offset base_offset{-1};
  Timestamp log_append_time{-1};
  Offset log_start{-1};
};

enum class Acks : int16_t { all = -1, none = 0, leader = 1 };

/// Checks and appends `batches` on the shard that owns the partition. `done` is called on that
/// shard: with Acks::all once the records are below the high watermark (durable, unless
/// flush.messages says otherwise), else once they are in the page cache. Batches are changed in
/// place and must live until this returns.
void produce_to_partition(Shard& shard, const TopicId& topic, PartitionId partition,
                          MutableBytes batches, Acks acks,
                          std::function<void(ProduceOutcome)> done);

}  // namespace millrace::broker
