#include "wire/api/describe_configs.h"

#include <algorithm>

#include "broker/broker.h"
#include "broker/handlers/config_answer.h"
#include "broker/handlers/table.h"
#include "broker/topic_name.h"

namespace millrace::broker {
namespace {

using Request = wire::DescribeConfigsRequest;
using Response = wire::DescribeConfigsResponse;
using wire::ConfigResourceType;
using wire::ErrorCode;

Response::Config to_config(const Request& request, const ConfigValue& value, bool read_only) {
  Response::Config out;
  out.name = value.name;
  out.value = value.value;
  out.read_only = read_only;
  out.config_source = value.source;
  out.config_type = static_cast<Response::ConfigType>(value.type);
  out.documentation.reset();
  if (request.include_documentation) out.documentation = std::string(value.doc);
  if (!request.include_synonyms) return out;
  for (const auto& synonym : value.synonyms) {
    out.synonyms.push_back({synonym.name, synonym.value, synonym.source});
  }
  return out;
}

bool is_asked(const Request::Resource& resource, const std::string& name) {
  return !resource.configuration_keys || std::ranges::find(*resource.configuration_keys, name) !=
                                             resource.configuration_keys->end();
}

void describe_topic(const Call& call, const Request& request, const Request::Resource& asked,
                    Response::Result& out) {
  const auto* topic = call.home.image()->find(asked.resource_name);
  if (topic == nullptr) {
    bool legal = check_topic_name(asked.resource_name).has_value();
    out.error_code =
        legal ? ErrorCode::unknown_topic_or_partition : ErrorCode::invalid_topic_exception;
    out.error_message = "there is no such topic";
    return;
  }
  for (const auto& value : topic_values(call.broker.config(), topic->overrides)) {
    if (is_asked(asked, value.name)) out.configs.push_back(to_config(request, value, false));
  }
}

void describe_broker(const Call& call, const Request& request, const Request::Resource& asked,
                     Response::Result& out) {
  // An empty name asks for what was set for all brokers at run time, which is nothing here.
  if (asked.resource_name.empty()) return;
  if (asked.resource_name != std::to_string(call.home.image()->node_id.value())) {
    out.error_code = ErrorCode::invalid_request;
    out.error_message = "this is broker " + std::to_string(call.home.image()->node_id.value());
    return;
  }
  for (const auto& value : broker_values(call.broker.config())) {
    if (is_asked(asked, value.name)) out.configs.push_back(to_config(request, value, true));
  }
}

Response answer(const Call& call, const Request& request) {
  Response response;
  for (const auto& asked : request.resources) {
    auto& out = response.results.emplace_back();
    out.error_message.reset();
    out.resource_type = asked.resource_type;
    out.resource_name = asked.resource_name;
    switch (asked.resource_type) {
      case ConfigResourceType::topic:
        describe_topic(call, request, asked, out);
        break;
      case ConfigResourceType::broker:
        describe_broker(call, request, asked, out);
        break;
      default:
        out.error_code = ErrorCode::invalid_request;
        out.error_message = "there are settings of topics and of the broker";
    }
  }
  return response;
}

}  // namespace

Api describe_configs_api() {
  return api_of<Request, answer>({1, 4});
}

}  // namespace millrace::broker
