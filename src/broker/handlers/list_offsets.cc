#include "wire/api/list_offsets.h"

#include "broker/broker.h"
#include "broker/error_map.h"
#include "broker/fetch_partition.h"
#include "broker/handlers/table.h"
#include "broker/scatter.h"

namespace millrace::broker {
namespace {

using Request = wire::ListOffsetsRequest;
using Response = wire::ListOffsetsResponse;
using wire::ErrorCode;

struct Query {
  TopicId topic;
  PartitionId partition;
  Timestamp timestamp;
  LeaderEpoch epoch;
};

Response::Partition found(const Result<std::optional<storage::TimestampedOffset>>& result) {
  Response::Partition out;
  if (!result) {
    out.error_code = error_code_of(result.error());
  } else if (*result) {
    out.timestamp = (*result)->timestamp;
    out.offset = (*result)->offset;
    out.leader_epoch = (*result)->leader_epoch;
  }
  return out;
}

Response::Partition at(Offset offset) {
  return {.partition_index = {}, .offset = offset, .leader_epoch = LeaderEpoch(0)};
}

Response::Partition look_up(Shard& shard, const Query& query) {
  auto* partition = shard.find(query.topic, query.partition);
  if (partition == nullptr) {
    return {.partition_index = {}, .error_code = ErrorCode::kafka_storage_error};
  }
  if (auto error = check_epoch(query.epoch); error != ErrorCode::none) {
    return {.partition_index = {}, .error_code = error};
  }
  auto& log = partition->log();
  // Nothing lies in tiered storage: all of the log is local, and nothing was uploaded.
  if (query.timestamp == Request::latest) return at(log.high_watermark());
  if (query.timestamp == Request::earliest || query.timestamp == Request::earliest_local ||
      query.timestamp == Request::earliest_pending_upload) {
    return at(log.start_offset());
  }
  if (query.timestamp == Request::latest_tiered) return {};
  if (query.timestamp == Request::max_timestamp) {
    return found(log.offset_of_max_timestamp(log.high_watermark()));
  }
  if (query.timestamp < Timestamp(0)) {
    return {.partition_index = {}, .error_code = ErrorCode::unsupported_version};
  }
  return found(log.offset_for_timestamp(query.timestamp, log.high_watermark()));
}

void answer(const Call& call, Request request, Responder<Request> respond) {
  auto response = std::make_shared<Response>();
  std::vector<Scattered<Query>> queries;
  for (const auto& asked : request.topics) {
    const auto* topic = call.home.image()->find(asked.name);
    auto& out = response->topics.emplace_back();
    out.name = asked.name;
    for (const auto& part : asked.partitions) {
      auto& slot = out.partitions.emplace_back();
      slot.partition_index = part.partition_index;
      slot.error_code = ErrorCode::unknown_topic_or_partition;
      if (topic == nullptr || part.partition_index < PartitionId(0) ||
          part.partition_index.value() >= topic->partitions) {
        continue;
      }
      queries.push_back(
          {call.broker.owner(topic->id, part.partition_index),
           {response->topics.size() - 1, out.partitions.size() - 1},
           {topic->id, part.partition_index, part.timestamp, part.current_leader_epoch}});
    }
  }
  scatter<Query, Response::Partition>(
      call.broker, call.home.index(), std::move(queries), look_up,
      [response](const Place& place, Response::Partition found_one) {
        auto& slot = response->topics[place.outer].partitions[place.inner];
        found_one.partition_index = slot.partition_index;
        slot = found_one;
      },
      [response, respond] { respond(*response); });
}

}  // namespace

Api list_offsets_api() {
  return api_of<Request, answer>({1, 11});
}

}  // namespace millrace::broker
