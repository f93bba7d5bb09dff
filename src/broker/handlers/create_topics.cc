#include "wire/api/create_topics.h"

#include <algorithm>

#include "broker/broker.h"
#include "broker/handlers/config_answer.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::CreateTopicsRequest;
using Response = wire::CreateTopicsResponse;
using wire::ErrorCode;

/// A manual assignment says how many partitions there are, and can name this node only.
ErrorCode apply_assignments(const Request::Topic& asked, BrokerId node,
                            Controller::NewTopic& topic) {
  if (asked.assignments.empty()) return ErrorCode::none;
  if (asked.num_partitions != -1 || asked.replication_factor != -1) {
    return ErrorCode::invalid_request;
  }
  std::vector<bool> seen(asked.assignments.size());
  for (const auto& one : asked.assignments) {
    auto p = static_cast<size_t>(one.partition_index.value());
    if (p >= seen.size() || seen[p] || one.broker_ids != std::vector{node}) {
      return ErrorCode::invalid_replica_assignment;
    }
    seen[p] = true;
  }
  topic.partitions = static_cast<int32_t>(seen.size());
  return ErrorCode::none;
}

Response::Topic describe(const Call& call, const Request::Topic& asked,
                         const Controller::Outcome& outcome) {
  Response::Topic out;
  out.name = asked.name;
  out.error_code = outcome.error;
  out.error_message.reset();
  if (!outcome.message.empty()) out.error_message = outcome.message;
  if (outcome.error != ErrorCode::none) return out;
  out.topic_id = outcome.topic->id;
  out.num_partitions = outcome.topic->partitions;
  out.replication_factor = 1;
  for (const auto& value : topic_values(call.broker.config(), outcome.topic->overrides)) {
    out.configs->push_back({.name = value.name,
                            .value = value.value,
                            .read_only = false,
                            .config_source = value.source,
                            .is_sensitive = false});
  }
  return out;
}

void answer(const Call& call, Request request, Responder<Request> respond_with) {
  // What the request itself gets wrong is found here; the rest goes to the controller.
  std::vector<Controller::NewTopic> topics;
  std::vector<ErrorCode> wrong;
  for (const auto& asked : request.topics) {
    Controller::NewTopic topic{.name = asked.name,
                               .partitions = asked.num_partitions,
                               .replication_factor = asked.replication_factor};
    for (const auto& config : asked.configs) {
      if (config.value) topic.overrides[config.name] = *config.value;
    }
    auto error = apply_assignments(asked, call.home.image()->node_id, topic);
    if (std::ranges::count(request.topics, asked.name, &Request::Topic::name) > 1) {
      error = ErrorCode::invalid_request;
    }
    wrong.push_back(error);
    if (error == ErrorCode::none) topics.push_back(std::move(topic));
  }
  auto home = call.home.index();
  auto done = [call, request, respond_with, home,
               wrong](std::vector<Controller::Outcome> outcomes) {
    call.broker.run_on(home, 0, [call, request, respond_with, wrong, outcomes] {
      Response response;
      auto outcome = outcomes.begin();
      for (size_t i = 0; i < wrong.size(); ++i) {
        auto mine = wrong[i] == ErrorCode::none
                        ? *outcome++
                        : Controller::Outcome{wrong[i], std::string(name_of(wrong[i])), nullptr};
        response.topics.push_back(describe(call, request.topics[i], mine));
      }
      respond_with(response);
    });
  };
  call.broker.run_on(0, home, [call, topics, validate_only = request.validate_only, done] {
    call.broker.controller().create_topics(topics, validate_only, done);
  });
}

}  // namespace

Api create_topics_api() {
  return api_of<Request, answer>({2, 7});
}

}  // namespace millrace::broker
