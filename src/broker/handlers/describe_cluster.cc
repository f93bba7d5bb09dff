#include "wire/api/describe_cluster.h"

#include "broker/broker.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::DescribeClusterRequest;
using Response = wire::DescribeClusterResponse;

Response answer(const Call& call, const Request& request) {
  Response response;
  if (request.endpoint_type != wire::EndpointType::broker) {
    response.error_code = wire::ErrorCode::mismatched_endpoint_type;
    response.error_message = "this is a broker's address, not a controller's";
    response.endpoint_type = wire::EndpointType::broker;
    return response;
  }
  const auto& image = *call.home.image();
  auto here = call.broker.advertised(*call.connection);
  response.cluster_id = image.cluster_id;
  response.controller_id = image.node_id;
  response.brokers = {
      {.broker_id = image.node_id, .host = here.host, .port = here.port, .rack = {}}};
  return response;
}

}  // namespace

Api describe_cluster_api() {
  return api_of<Request, answer>({0, 2});
}

}  // namespace millrace::broker
