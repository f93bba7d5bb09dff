#pragma once

#include <vector>

#include "broker/shard.h"
#include "wire/error_code.h"

namespace millrace::broker {

/// One partition of a Fetch request, found and addressed.
struct FetchPart {
  TopicId topic;
  PartitionId partition;
  Offset from;
  LeaderEpoch epoch = no_leader_epoch;  ///< what the client believes; none = it does not say
  uint64_t bytes_max = 0;
};

struct FetchOutcome {
  wire::ErrorCode error = wire::ErrorCode::none;
  Offset high_watermark{-1};
  Offset log_start{-1};
  std::vector<storage::FileSlice> slices = {};
  uint64_t bytes = 0;
  uint64_t records = 0;  ///< from the offset asked for on
};

/// Every leader epoch of a single node is the first.
wire::ErrorCode check_epoch(LeaderEpoch claimed);

/// Reads what is visible of `part` on the shard that owns it, at most `bytes_max` (a first batch
/// is always whole).
FetchOutcome fetch_partition(Shard& shard, const FetchPart& part, uint64_t bytes_max);

}  // namespace millrace::broker
