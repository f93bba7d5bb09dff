#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/offset_spec.h"
#include "millrace/admin.h"

namespace millrace::apps {

/// Which records of one partition are wanted.
struct PartitionRange {
  TopicPartition partition;
  Offset from;
  std::optional<Offset> to;  ///< exclusive; nothing: go on for ever
};

/// Looks the range up in every partition of the topics. Partitions without a wanted record, now or
/// later, are left out. Errors: not_found for a topic; invalid_argument where the range makes no
/// sense without a group.
Result<std::vector<PartitionRange>> resolve_ranges(Admin& admin,
                                                   const std::vector<TopicDescription>& topics,
                                                   const OffsetSpec& spec);

}  // namespace millrace::apps
