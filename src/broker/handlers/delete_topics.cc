#include "wire/api/delete_topics.h"

#include "broker/broker.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::DeleteTopicsRequest;
using Response = wire::DeleteTopicsResponse;
using wire::ErrorCode;

Response::Result describe(const Request::Topic& asked, const Controller::Outcome& outcome) {
  Response::Result out;
  out.name = asked.name;
  out.topic_id = asked.topic_id;
  if (outcome.topic) {
    out.name = outcome.topic->name;
    out.topic_id = outcome.topic->id;
  }
  out.error_code = outcome.error;
  if (!outcome.message.empty()) out.error_message = outcome.message;
  return out;
}

void answer(const Call& call, Request request, Responder<Request> respond_with) {
  for (const auto& name : request.topic_names) request.topics.push_back({name, {}});
  if (!call.broker.config().delete_topic_enable) {
    Response response;
    for (const auto& asked : request.topics) {
      response.responses.push_back(
          describe(asked, {ErrorCode::topic_deletion_disabled, "delete.topic.enable=false", {}}));
    }
    return respond_with(response);
  }
  std::vector<Controller::TopicRef> refs;
  for (const auto& asked : request.topics)
    refs.push_back({asked.name.value_or(""), asked.topic_id});
  auto home = call.home.index();
  auto done = [call, request, respond_with,
               home](const std::vector<Controller::Outcome>& outcomes) {
    call.broker.run_on(home, 0, [request, respond_with, outcomes] {
      Response response;
      for (size_t i = 0; i < outcomes.size(); ++i) {
        response.responses.push_back(describe(request.topics[i], outcomes[i]));
      }
      respond_with(response);
    });
  };
  call.broker.run_on(0, home,
                     [call, refs, done] { call.broker.controller().delete_topics(refs, done); });
}

}  // namespace

Api delete_topics_api() {
  return api_of<Request, answer>({1, 6});
}

}  // namespace millrace::broker
