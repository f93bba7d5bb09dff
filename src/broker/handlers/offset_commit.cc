#include "wire/api/offset_commit.h"

#include "broker/handlers/group_call.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::OffsetCommitRequest;
using Response = wire::OffsetCommitResponse;
using wire::ErrorCode;

/// The answer with an error for each partition that is not there, and where those that are belong
/// in it, in the order of `commit.offsets`.
struct Split {
  Response response;
  groups::CommitRequest commit;
  std::vector<std::pair<size_t, size_t>> places;
};

Split split(const Call& call, Request request) {
  Split out;
  out.commit.group_id = std::move(request.group_id);
  out.commit.generation = request.generation_id_or_member_epoch;
  out.commit.member_id = std::move(request.member_id);
  out.commit.instance_id = std::move(request.group_instance_id);
  if (request.retention_time_ms >= 0) {
    out.commit.retention = Milliseconds(request.retention_time_ms);
  }
  const auto& image = *call.home.image();
  for (auto& asked : request.topics) {
    bool by_id = call.version() >= 10;
    const auto* topic = by_id ? image.find(asked.topic_id) : image.find(asked.name);
    auto& reply = out.response.topics.emplace_back();
    reply.name = asked.name;
    reply.topic_id = asked.topic_id;
    for (auto& part : asked.partitions) {
      auto& slot = reply.partitions.emplace_back();
      slot.partition_index = part.partition_index;
      if (topic == nullptr || part.partition_index < PartitionId(0) ||
          part.partition_index.value() >= topic->partitions) {
        slot.error_code = by_id && topic == nullptr ? ErrorCode::unknown_topic_id
                                                    : ErrorCode::unknown_topic_or_partition;
        continue;
      }
      out.places.emplace_back(out.response.topics.size() - 1, reply.partitions.size() - 1);
      out.commit.offsets.push_back({.partition = {topic->name, part.partition_index},
                                    .offset = part.committed_offset,
                                    .leader_epoch = part.committed_leader_epoch,
                                    .metadata = part.committed_metadata.value_or("")});
    }
  }
  return out;
}

void answer(const Call& call, Request request, Responder<Request> respond) {
  auto parts = std::make_shared<Split>(split(call, std::move(request)));
  groups::CommitReply lost{
      std::vector(parts->commit.offsets.size(), wire::ErrorCode::coordinator_not_available)};
  ask_group<groups::CommitReply>(
      call, parts->commit.group_id,
      [parts](groups::GroupCoordinator& groups, groups::ReplyToken token, groups::Now now) {
        return groups.commit_offsets(token, parts->commit, now);
      },
      std::move(lost),
      [parts, respond](const groups::CommitReply& reply) {
        for (size_t i = 0; i < parts->places.size(); ++i) {
          auto [topic, partition] = parts->places[i];
          parts->response.topics[topic].partitions[partition].error_code = reply.offsets[i];
        }
        respond(parts->response);
      });
}

}  // namespace

Api offset_commit_api() {
  return api_of<Request, answer>({2, 10});
}

}  // namespace millrace::broker
