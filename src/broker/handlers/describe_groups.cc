#include "wire/api/describe_groups.h"

#include "broker/handlers/group_call.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::DescribeGroupsRequest;
using Response = wire::DescribeGroupsResponse;
using wire::ErrorCode;

Response::Group describe(const groups::GroupCoordinator& groups, const std::string& id,
                         wire::Version version) {
  Response::Group out;
  out.group_id = id;
  out.group_state = "Dead";
  auto found = groups.describe(id);
  if (!found) {
    if (version >= 6) {
      out.error_code = ErrorCode::group_id_not_found;
      out.error_message = "there is no group '" + id + "'";
    }
    return out;
  }
  out.group_state = groups::name_of(found->state);
  out.protocol_type = found->protocol_type;
  out.protocol_data = found->protocol_name;
  for (auto& member : found->members) {
    out.members.push_back({std::move(member.member_id), std::move(member.instance_id),
                           std::move(member.client_id), std::move(member.client_host),
                           std::move(member.metadata), std::move(member.assignment)});
  }
  return out;
}

void answer(const Call& call, Request request, Responder<Request> respond) {
  auto response = std::make_shared<Response>();
  response->groups.resize(request.groups.size());
  auto left = std::make_shared<size_t>(request.groups.size());
  if (*left == 0) return respond(*response);
  auto image = call.home.image();
  for (size_t i = 0; i < request.groups.size(); ++i) {
    query_groups<Response::Group>(
        call, call.broker.group_owner(*image, request.groups[i]),
        [id = request.groups[i], version = call.version()](const groups::GroupCoordinator& groups) {
          return describe(groups, id, version);
        },
        [response, left, i, respond](Response::Group group) {
          response->groups[i] = std::move(group);
          if (--*left == 0) respond(*response);
        });
  }
}

}  // namespace

Api describe_groups_api() {
  return api_of<Request, answer>({0, 6});
}

}  // namespace millrace::broker
