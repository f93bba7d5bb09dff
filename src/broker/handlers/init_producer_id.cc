#include "wire/api/init_producer_id.h"

#include "broker/broker.h"
#include "broker/error_map.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::InitProducerIdRequest;
using Response = wire::InitProducerIdResponse;
using wire::ErrorCode;

Response failed(ErrorCode error) {
  Response response;
  response.error_code = error;
  response.producer_epoch = wire::no_producer_epoch;
  return response;
}

/// An idempotent producer always gets a new id: what it did under the old one has been answered or
/// is out of order by now (KIP-360 does the same where no transactional id is given).
void answer(const Call& call, Request request, Responder<Request> respond) {
  if (request.transactional_id) {
    // Fatal to a client, unlike "not available", which it would ask again for ever.
    return respond(failed(request.transactional_id->empty()
                              ? ErrorCode::invalid_request
                              : ErrorCode::transactional_id_authorization_failed));
  }
  auto home = call.home.index();
  call.broker.run_on(0, home, [call, respond, home] {
    call.broker.controller().next_producer_id([call, respond, home](Result<ProducerId> id) {
      call.broker.run_on(home, 0, [respond, id] {
        if (!id) return respond(failed(error_code_of(id.error())));
        Response response;
        response.producer_id = *id;
        response.producer_epoch = ProducerEpoch(0);
        respond(response);
      });
    });
  });
}

}  // namespace

Api init_producer_id_api() {
  return api_of<Request, answer>({0, 5});
}

}  // namespace millrace::broker
