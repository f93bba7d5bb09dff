#include "wire/api/find_coordinator.h"

#include "broker/broker.h"
#include "broker/handlers/table.h"
#include "broker/topic_name.h"

namespace millrace::broker {
namespace {

using Request = wire::FindCoordinatorRequest;
using Response = wire::FindCoordinatorResponse;
using wire::ErrorCode;

Response::Coordinator locate(const Call& call, wire::CoordinatorType type, const std::string& key) {
  auto here = call.broker.advertised(*call.connection);
  Response::Coordinator out{.key = key,
                            .node_id = call.home.image()->node_id,
                            .host = here.host,
                            .port = here.port,
                            .error_message = {}};
  auto refuse = [&](ErrorCode error, std::string why) {
    return Response::Coordinator{.key = key,
                                 .node_id = wire::no_broker,
                                 .host = {},
                                 .port = -1,
                                 .error_code = error,
                                 .error_message = std::move(why)};
  };
  if (type == wire::CoordinatorType::transaction) {
    // Fatal to a client, unlike "not available", which it would ask again for ever.
    return refuse(ErrorCode::transactional_id_authorization_failed,
                  "transactions are not served by this broker");
  }
  if (type != wire::CoordinatorType::group) {
    return refuse(ErrorCode::invalid_request, "there are coordinators of groups only");
  }
  if (call.home.image()->find(offsets_topic) == nullptr) {
    return refuse(ErrorCode::coordinator_not_available, "__consumer_offsets could not be created");
  }
  return out;
}

Response respond(const Call& call, const Request& request) {
  Response response;
  for (const auto& key : request.coordinator_keys) {
    response.coordinators.push_back(locate(call, request.key_type, key));
  }
  if (call.version() < 4) {
    const auto& only = response.coordinators.front();
    response.error_code = only.error_code;
    response.error_message = only.error_message;
    response.node_id = only.node_id;
    response.host = only.host;
    response.port = only.port;
  }
  return response;
}

/// The first who asks for a group's coordinator has `__consumer_offsets` made.
void answer(const Call& call, Request request, Responder<Request> respond_with) {
  if (call.version() < 4) request.coordinator_keys = {request.key};
  bool ready = request.key_type != wire::CoordinatorType::group ||
               call.home.image()->find(offsets_topic) != nullptr;
  if (ready) return respond_with(respond(call, request));
  auto home = call.home.index();
  call.broker.run_on(0, home, [call, request, respond_with, home] {
    call.broker.controller().auto_create(
        {std::string(offsets_topic)}, [call, request, respond_with, home] {
          call.broker.run_on(
              home, 0, [call, request, respond_with] { respond_with(respond(call, request)); });
        });
  });
}

}  // namespace

Api find_coordinator_api() {
  return api_of<Request, answer>({0, 6});
}

}  // namespace millrace::broker
