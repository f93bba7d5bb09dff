#include "apps/consume_range.h"

#include <algorithm>

namespace millrace::apps {
namespace {

Result<Offset> resolve(Admin& admin, const TopicPartition& partition, const OffsetRange& kept,
                       const OffsetPoint& point) {
  if (const auto* start = std::get_if<FromStart>(&point.point)) {
    return std::min(kept.start + start->plus, kept.end);
  }
  if (const auto* end = std::get_if<FromEnd>(&point.point)) {
    return std::max(kept.end - end->minus, kept.start);
  }
  if (const auto* at = std::get_if<FromOffset>(&point.point)) {
    return std::max(at->offset, kept.start);
  }
  if (const auto* since = std::get_if<FromTime>(&point.point)) {
    MR_TRY(auto found, admin.offset_at(partition, since->time));
    return found.value_or(kept.end);
  }
  return fail(Errc::invalid_argument, "-o stored needs a group: -g GROUP");
}

}  // namespace

Result<std::vector<PartitionRange>> resolve_ranges(Admin& admin,
                                                   const std::vector<TopicDescription>& topics,
                                                   const OffsetSpec& spec) {
  std::vector<PartitionRange> ranges;
  for (const TopicDescription& topic : topics) {
    for (PartitionId id : topic.partitions) {
      TopicPartition partition{topic.name, id};
      MR_TRY(auto kept, admin.offsets(partition));
      PartitionRange range{partition, Offset(0), std::nullopt};
      MR_TRY(range.from, resolve(admin, partition, kept, spec.from));
      if (spec.to) {
        MR_TRY(auto to, resolve(admin, partition, kept, *spec.to));
        range.to = to;
        if (range.from >= to) continue;
      }
      ranges.push_back(std::move(range));
    }
  }
  return ranges;
}

}  // namespace millrace::apps
