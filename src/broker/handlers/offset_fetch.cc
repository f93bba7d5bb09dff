#include "wire/api/offset_fetch.h"

#include "broker/handlers/group_call.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::OffsetFetchRequest;
using Response = wire::OffsetFetchResponse;
using wire::ErrorCode;

Response::Partition describe(PartitionId id, const std::optional<groups::CommittedOffset>& at) {
  Response::Partition out{.partition_index = id, .committed_offset = wire::no_offset};
  if (at) {
    out.committed_offset = at->offset;
    out.committed_leader_epoch = at->leader_epoch;
    out.metadata = at->metadata;
  }
  return out;
}

std::vector<Response::Topic> all_topics(const groups::GroupCoordinator& groups,
                                        const MetadataImage& image, const std::string& group) {
  std::vector<Response::Topic> topics;
  for (const auto& [partition, committed] : groups.all_committed(group)) {
    if (topics.empty() || topics.back().name != partition.topic) {
      const auto* topic = image.find(partition.topic);
      topics.push_back({.name = partition.topic,
                        .topic_id = topic != nullptr ? topic->id : TopicId{},
                        .partitions = {}});
    }
    topics.back().partitions.push_back(describe(partition.partition, committed));
  }
  return topics;
}

Response::Topic one_topic(const groups::GroupCoordinator& groups, const MetadataImage& image,
                          const std::string& group, const Request::Topic& asked, bool by_id) {
  const auto* topic = by_id ? image.find(asked.topic_id) : nullptr;
  auto name = topic != nullptr ? topic->name : asked.name;
  Response::Topic out{.name = name, .topic_id = asked.topic_id, .partitions = {}};
  for (auto id : asked.partition_indexes) {
    if (by_id && topic == nullptr) {
      out.partitions.push_back({.partition_index = id,
                                .committed_offset = wire::no_offset,
                                .error_code = ErrorCode::unknown_topic_id});
    } else {
      out.partitions.push_back(describe(id, groups.committed(group, {name, id})));
    }
  }
  return out;
}

Response::Group look_up(const groups::GroupCoordinator& groups, const MetadataImage& image,
                        const Request::Group& asked, bool by_id) {
  Response::Group out{.group_id = asked.group_id, .topics = {}};
  if (!asked.topics) {
    out.topics = all_topics(groups, image, asked.group_id);
    return out;
  }
  for (const auto& topic : *asked.topics) {
    out.topics.push_back(one_topic(groups, image, asked.group_id, topic, by_id));
  }
  return out;
}

/// Where a group was not reached at all: v1 can say it per partition only.
Response::Group no_coordinator(const Request::Group& asked) {
  Response::Group out{
      .group_id = asked.group_id, .topics = {}, .error_code = ErrorCode::coordinator_not_available};
  for (const auto& topic : asked.topics.value_or(std::vector<Request::Topic>{})) {
    auto& reply = out.topics.emplace_back();
    reply.name = topic.name;
    reply.topic_id = topic.topic_id;
    for (auto id : topic.partition_indexes) {
      reply.partitions.push_back({.partition_index = id,
                                  .committed_offset = wire::no_offset,
                                  .error_code = out.error_code});
    }
  }
  return out;
}

void finish(wire::Version version, Response response, const Responder<Request>& respond) {
  if (version < 8) {
    auto& only = response.groups.front();
    response.topics = std::move(only.topics);
    response.error_code = only.error_code;
  }
  respond(response);
}

void answer(const Call& call, Request request, Responder<Request> respond) {
  if (call.version() < 8) {
    request.groups = {{.group_id = request.group_id, .member_id = {}, .topics = request.topics}};
  }
  auto response = std::make_shared<Response>();
  response->groups.resize(request.groups.size());
  auto left = std::make_shared<size_t>(request.groups.size());
  auto version = call.version();
  if (*left == 0) return respond(*response);
  auto put = [response, left, version, respond](size_t i, Response::Group group) {
    response->groups[i] = std::move(group);
    if (--*left == 0) finish(version, *response, respond);
  };
  auto image = call.home.image();
  bool ready = image->find(offsets_topic) != nullptr && !call.broker.stopping();
  for (size_t i = 0; i < request.groups.size(); ++i) {
    const auto& asked = request.groups[i];
    if (!ready) {
      put(i, no_coordinator(asked));
      continue;
    }
    query_groups<Response::Group>(
        call, call.broker.group_owner(*image, asked.group_id),
        [image, asked, version](const groups::GroupCoordinator& groups) {
          return look_up(groups, *image, asked, version >= 10);
        },
        [put, i](Response::Group group) { put(i, std::move(group)); });
  }
}

}  // namespace

Api offset_fetch_api() {
  return api_of<Request, answer>({1, 10});
}

}  // namespace millrace::broker
