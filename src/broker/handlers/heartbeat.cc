#include "wire/api/heartbeat.h"

#include "broker/handlers/group_call.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::HeartbeatRequest;
using Response = wire::HeartbeatResponse;

void answer(const Call& call, Request request, Responder<Request> respond) {
  groups::HeartbeatRequest beat{.group_id = std::move(request.group_id),
                                .generation = request.generation_id,
                                .member_id = std::move(request.member_id),
                                .instance_id = std::move(request.group_instance_id)};
  ask_group<groups::HeartbeatReply>(
      call, beat.group_id,
      [beat](groups::GroupCoordinator& groups, groups::ReplyToken token, groups::Now now) {
        return groups.heartbeat(token, beat, now);
      },
      {wire::ErrorCode::coordinator_not_available},
      [respond](groups::HeartbeatReply reply) { respond(Response{.error_code = reply.error}); });
}

}  // namespace

Api heartbeat_api() {
  return api_of<Request, answer>({0, 4});
}

}  // namespace millrace::broker
