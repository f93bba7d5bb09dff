#include "wire/api/create_partitions.h"

#include <algorithm>

#include "broker/broker.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::CreatePartitionsRequest;
using Response = wire::CreatePartitionsResponse;
using wire::ErrorCode;

/// What the request itself gets wrong.
ErrorCode check(const Request& request, const Request::Topic& asked, BrokerId node) {
  if (std::ranges::count(request.topics, asked.name, &Request::Topic::name) > 1) {
    return ErrorCode::invalid_request;
  }
  auto elsewhere = [node](const auto& one) { return one.broker_ids != std::vector{node}; };
  if (asked.assignments && std::ranges::any_of(*asked.assignments, elsewhere)) {
    return ErrorCode::invalid_replica_assignment;
  }
  return ErrorCode::none;
}

void answer(const Call& call, Request request, Responder<Request> respond_with) {
  std::vector<Controller::MorePartitions> topics;
  std::vector<ErrorCode> wrong;
  for (const auto& asked : request.topics) {
    wrong.push_back(check(request, asked, call.home.image()->node_id));
    if (wrong.back() == ErrorCode::none) topics.push_back({asked.name, asked.count});
  }
  auto home = call.home.index();
  auto done = [call, request, respond_with, home,
               wrong](std::vector<Controller::Outcome> outcomes) {
    call.broker.run_on(home, 0, [request, respond_with, wrong, outcomes] {
      Response response;
      auto outcome = outcomes.begin();
      for (size_t i = 0; i < wrong.size(); ++i) {
        auto& out = response.results.emplace_back();
        out.name = request.topics[i].name;
        out.error_code = wrong[i];
        if (wrong[i] != ErrorCode::none) continue;
        out.error_code = outcome->error;
        if (!outcome->message.empty()) out.error_message = outcome->message;
        ++outcome;
      }
      respond_with(response);
    });
  };
  call.broker.run_on(0, home, [call, topics, validate_only = request.validate_only, done] {
    call.broker.controller().create_partitions(topics, validate_only, done);
  });
}

}  // namespace

Api create_partitions_api() {
  return api_of<Request, answer>({0, 3});
}

}  // namespace millrace::broker
