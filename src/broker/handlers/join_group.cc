#include "wire/api/join_group.h"

#include "broker/handlers/group_call.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::JoinGroupRequest;
using Response = wire::JoinGroupResponse;

groups::JoinRequest normalise(const Call& call, Request request) {
  groups::JoinRequest out;
  out.group_id = std::move(request.group_id);
  out.member_id = std::move(request.member_id);
  out.instance_id = std::move(request.group_instance_id);
  out.client_id = call.client_id();
  out.client_host = "/" + call.connection->peer_host;
  out.session_timeout = Milliseconds(request.session_timeout_ms);
  out.rebalance_timeout = Milliseconds(
      request.rebalance_timeout_ms < 0 ? request.session_timeout_ms : request.rebalance_timeout_ms);
  out.protocol_type = std::move(request.protocol_type);
  for (auto& protocol : request.protocols) {
    out.protocols.push_back({std::move(protocol.name), std::move(protocol.metadata)});
  }
  out.requires_known_member_id = call.version() >= 4;
  out.supports_skipping_assignment = call.version() >= 9;
  return out;
}

Response to_response(groups::JoinReply reply, wire::Version version) {
  Response out;
  out.error_code = reply.error;
  out.generation_id = reply.generation;
  out.protocol_type = std::move(reply.protocol_type);
  out.protocol_name = std::move(reply.protocol_name);
  if (version < 7 && !out.protocol_name) out.protocol_name = "";
  out.leader = std::move(reply.leader);
  out.skip_assignment = reply.skip_assignment;
  out.member_id = std::move(reply.member_id);
  for (auto& member : reply.members) {
    out.members.push_back(
        {std::move(member.member_id), std::move(member.instance_id), std::move(member.metadata)});
  }
  return out;
}

void answer(const Call& call, Request request, Responder<Request> respond) {
  auto join = normalise(call, std::move(request));
  groups::JoinReply lost{.error = wire::ErrorCode::coordinator_not_available,
                         .member_id = join.member_id};
  ask_group<groups::JoinReply>(
      call, join.group_id,
      [join](groups::GroupCoordinator& groups, groups::ReplyToken token, groups::Now now) {
        return groups.join(token, join, now);
      },
      std::move(lost),
      [respond, version = call.version()](groups::JoinReply reply) {
        respond(to_response(std::move(reply), version));
      });
}

}  // namespace

Api join_group_api() {
  return api_of<Request, answer>({0, 9});
}

}  // namespace millrace::broker
