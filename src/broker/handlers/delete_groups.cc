#include "wire/api/delete_groups.h"

#include "broker/handlers/group_call.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::DeleteGroupsRequest;
using Response = wire::DeleteGroupsResponse;

void answer(const Call& call, Request request, Responder<Request> respond) {
  auto response = std::make_shared<Response>();
  auto left = std::make_shared<size_t>(request.groups_names.size());
  if (*left == 0) return respond(*response);
  for (const auto& name : request.groups_names) response->results.push_back({.group_id = name});
  for (size_t i = 0; i < request.groups_names.size(); ++i) {
    ask_group<groups::DeleteGroupsReply>(
        call, request.groups_names[i],
        [name = request.groups_names[i]](groups::GroupCoordinator& groups, groups::ReplyToken token,
                                         groups::Now now) {
          return groups.delete_groups(token, std::span(&name, 1), now);
        },
        {{wire::ErrorCode::coordinator_not_available}},
        [response, left, i, respond](const groups::DeleteGroupsReply& reply) {
          response->results[i].error_code = reply.groups.front();
          if (--*left == 0) respond(*response);
        });
  }
}

}  // namespace

Api delete_groups_api() {
  return api_of<Request, answer>({0, 2});
}

}  // namespace millrace::broker
