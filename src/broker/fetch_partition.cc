#include "broker/fetch_partition.h"

#include <algorithm>

#include "broker/error_map.h"

namespace millrace::broker {

using wire::ErrorCode;

ErrorCode check_epoch(LeaderEpoch claimed) {
  if (claimed > LeaderEpoch(0)) return ErrorCode::unknown_leader_epoch;
  return ErrorCode::none;
}

FetchOutcome fetch_partition(Shard& shard, const FetchPart& part, uint64_t bytes_max) {
  auto* partition = shard.find(part.topic, part.partition);
  if (partition == nullptr) {
    bool known = shard.image()->find(part.topic) != nullptr;
    return {.error =
                known ? ErrorCode::kafka_storage_error : ErrorCode::unknown_topic_or_partition};
  }
  auto& log = partition->log();
  FetchOutcome outcome{.error = check_epoch(part.epoch),
                       .high_watermark = log.high_watermark(),
                       .log_start = log.start_offset()};
  if (outcome.error != ErrorCode::none) return outcome;
  auto read = log.read(part.from, std::min(bytes_max, part.bytes_max), log.high_watermark());
  if (!read) {
    outcome.error = error_code_of(read.error());
    return outcome;
  }
  outcome.slices = std::move(read->slices);
  outcome.bytes = read->bytes;
  outcome.records = static_cast<uint64_t>(read->next - part.from);
  return outcome;
}

}  // namespace millrace::broker
