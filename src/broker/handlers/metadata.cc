#include "wire/api/metadata.h"

#include "broker/broker.h"
#include "broker/handlers/table.h"
#include "broker/topic_name.h"

namespace millrace::broker {
namespace {

using Request = wire::MetadataRequest;
using Response = wire::MetadataResponse;
using wire::ErrorCode;

Response::Topic describe(const MetadataImage& image, const TopicImage& topic) {
  Response::Topic out{
      .name = topic.name, .topic_id = topic.id, .is_internal = topic.internal, .partitions = {}};
  for (int32_t p = 0; p < topic.partitions; ++p) {
    out.partitions.push_back({.partition_index = PartitionId(p),
                              .leader_id = image.node_id,
                              .leader_epoch = LeaderEpoch(0),
                              .replica_nodes = {image.node_id},
                              .isr_nodes = {image.node_id},
                              .offline_replicas = {}});
  }
  return out;
}

Response::Topic describe_asked(const MetadataImage& image, const Request::Topic& asked) {
  bool by_id = !asked.topic_id.is_zero();
  const auto* topic = by_id ? image.find(asked.topic_id) : image.find(asked.name.value_or(""));
  if (topic != nullptr) return describe(image, *topic);
  Response::Topic unknown{.name = asked.name, .topic_id = asked.topic_id, .partitions = {}};
  if (by_id) {
    unknown.error_code = ErrorCode::unknown_topic_id;
    unknown.name.reset();
  } else {
    unknown.error_code = check_topic_name(asked.name.value_or(""))
                             ? ErrorCode::unknown_topic_or_partition
                             : ErrorCode::invalid_topic_exception;
  }
  return unknown;
}

Response respond(const Call& call, const Request& request) {
  const auto& image = *call.home.image();
  auto here = call.broker.advertised(*call.connection);
  Response response;
  response.brokers = {{.node_id = image.node_id, .host = here.host, .port = here.port, .rack = {}}};
  response.cluster_id = image.cluster_id;
  response.controller_id = image.node_id;
  if (!request.topics) {
    for (const auto& [name, topic] : image.topics) {
      response.topics.push_back(describe(image, *topic));
    }
  } else {
    for (const auto& asked : *request.topics) {
      response.topics.push_back(describe_asked(image, asked));
    }
  }
  return response;
}

/// The names that the request asks for, that are not there and may be created.
std::vector<std::string> to_create(const Call& call, const Request& request) {
  std::vector<std::string> names;
  if (!request.topics || !request.allow_auto_topic_creation ||
      !call.broker.config().auto_create_topics_enable) {
    return names;
  }
  for (const auto& asked : *request.topics) {
    if (!asked.topic_id.is_zero() || !asked.name || !check_topic_name(*asked.name)) continue;
    if (call.home.image()->find(*asked.name) == nullptr) names.push_back(*asked.name);
  }
  return names;
}

void answer(const Call& call, Request request, Responder<Request> respond_with) {
  if (call.version() == 0 && request.topics && request.topics->empty()) request.topics.reset();
  auto missing = to_create(call, request);
  if (missing.empty()) return respond_with(respond(call, request));
  // Whether each could be created shows in the metadata that follows.
  auto home = call.home.index();
  call.broker.run_on(0, home, [call, request, respond_with, home, missing] {
    call.broker.controller().auto_create(missing, [call, request, respond_with, home] {
      call.broker.run_on(home, 0,
                         [call, request, respond_with] { respond_with(respond(call, request)); });
    });
  });
}

}  // namespace

Api metadata_api() {
  return api_of<Request, answer>({0, 13});
}

}  // namespace millrace::broker
