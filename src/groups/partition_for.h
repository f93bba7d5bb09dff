#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.h"

namespace millrace::groups {

/// The partition of `__consumer_offsets` that keeps a group: Java's String.hashCode over UTF-16,
/// its absolute value (0 for the smallest int), modulo `partitions`. Kafka's tools compute the
/// same. Bytes that are not UTF-8 count as U+FFFD, as Java reads them.
PartitionId partition_for(std::string_view group_id, int32_t partitions);

}  // namespace millrace::groups
