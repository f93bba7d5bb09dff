#include "wire/api/sync_group.h"

#include "broker/handlers/group_call.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::SyncGroupRequest;
using Response = wire::SyncGroupResponse;

groups::SyncRequest normalise(Request request) {
  groups::SyncRequest out;
  out.group_id = std::move(request.group_id);
  out.generation = request.generation_id;
  out.member_id = std::move(request.member_id);
  out.instance_id = std::move(request.group_instance_id);
  out.protocol_type = std::move(request.protocol_type);
  out.protocol_name = std::move(request.protocol_name);
  for (auto& one : request.assignments) {
    out.assignments.push_back({std::move(one.member_id), std::move(one.assignment)});
  }
  return out;
}

void answer(const Call& call, Request request, Responder<Request> respond) {
  auto sync = normalise(std::move(request));
  ask_group<groups::SyncReply>(
      call, sync.group_id,
      [sync](groups::GroupCoordinator& groups, groups::ReplyToken token, groups::Now now) {
        return groups.sync(token, sync, now);
      },
      {.error = wire::ErrorCode::coordinator_not_available},
      [respond](groups::SyncReply reply) {
        Response response;
        response.error_code = reply.error;
        response.protocol_type = std::move(reply.protocol_type);
        response.protocol_name = std::move(reply.protocol_name);
        response.assignment = std::move(reply.assignment);
        respond(response);
      });
}

}  // namespace

Api sync_group_api() {
  return api_of<Request, answer>({0, 5});
}

}  // namespace millrace::broker
