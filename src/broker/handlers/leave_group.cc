#include "wire/api/leave_group.h"

#include "broker/handlers/group_call.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::LeaveGroupRequest;
using Response = wire::LeaveGroupResponse;

Response to_response(const groups::LeaveRequest& asked, const groups::LeaveReply& reply,
                     wire::Version version) {
  Response response;
  response.error_code = reply.error;
  for (size_t i = 0; i < reply.members.size(); ++i) {
    response.members.push_back(
        {asked.members[i].member_id, asked.members[i].instance_id, reply.members[i]});
  }
  bool one_member = version < 3 && !response.members.empty();
  if (one_member && response.error_code == wire::ErrorCode::none) {
    response.error_code = response.members.front().error_code;
  }
  return response;
}

void answer(const Call& call, Request request, Responder<Request> respond) {
  if (call.version() < 3) {
    request.members = {{.member_id = request.member_id, .group_instance_id = {}, .reason = {}}};
  }
  groups::LeaveRequest leave{.group_id = std::move(request.group_id), .members = {}};
  for (auto& member : request.members) {
    leave.members.push_back({std::move(member.member_id), std::move(member.group_instance_id)});
  }
  ask_group<groups::LeaveReply>(
      call, leave.group_id,
      [leave](groups::GroupCoordinator& groups, groups::ReplyToken token, groups::Now now) {
        return groups.leave(token, leave, now);
      },
      {.error = wire::ErrorCode::coordinator_not_available, .members = {}},
      [leave, respond, version = call.version()](const groups::LeaveReply& reply) {
        respond(to_response(leave, reply, version));
      });
}

}  // namespace

Api leave_group_api() {
  return api_of<Request, answer>({0, 5});
}

}  // namespace millrace::broker
