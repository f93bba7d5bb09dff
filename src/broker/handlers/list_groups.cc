#include "wire/api/list_groups.h"

#include <algorithm>

#include "broker/handlers/group_call.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::ListGroupsRequest;
using Response = wire::ListGroupsResponse;
using Groups = std::vector<groups::ListedGroup>;

/// Every shard is asked; the answer is sorted by group.
void answer(const Call& call, Request request, Responder<Request> respond) {
  auto response = std::make_shared<Response>();
  auto left = std::make_shared<size_t>(call.broker.shard_count());
  groups::ListFilter filter{std::move(request.states_filter), std::move(request.types_filter)};
  for (size_t owner = 0; owner < call.broker.shard_count(); ++owner) {
    query_groups<Groups>(
        call, owner,
        [filter](const groups::GroupCoordinator& groups) { return groups.list(filter); },
        [response, left, respond](const Groups& listed) {
          for (const auto& group : listed) {
            response->groups.push_back({group.group_id, group.protocol_type,
                                        std::string(groups::name_of(group.state)), "classic"});
          }
          if (--*left > 0) return;
          std::ranges::sort(response->groups, {}, &Response::Group::group_id);
          respond(*response);
        });
  }
}

}  // namespace

Api list_groups_api() {
  return api_of<Request, answer>({0, 5});
}

}  // namespace millrace::broker
