#include "wire/api/api_versions.h"

#include <algorithm>

#include "broker/controller.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

/// KIP-511: the client's library names itself with letters, digits, '-' and '.' only.
bool is_software_name(std::string_view text) {
  auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
  };
  return !text.empty() && std::ranges::all_of(text, legal) && text.front() != '.' &&
         text.front() != '-' && text.back() != '.' && text.back() != '-';
}

wire::ApiVersionsResponse answer(const Call& call, const wire::ApiVersionsRequest& request) {
  wire::ApiVersionsResponse response;
  if (call.version() >= 3 && (!is_software_name(request.client_software_name) ||
                              !is_software_name(request.client_software_version))) {
    response.error_code = wire::ErrorCode::invalid_request;
    return response;
  }
  for (const auto& api : api_table()) {
    response.api_keys.push_back(
        {static_cast<int16_t>(api.key), api.advertised_min, api.served.max});
  }
  // Features decide what a Java client tries: metadata.version says "KRaft", and no
  // transaction.version is finalized before transactions are served.
  response.supported_features = {{"metadata.version", 1, metadata_version_level}};
  response.finalized_features_epoch = 1;
  response.finalized_features = {
      {"metadata.version", metadata_version_level, metadata_version_level}};
  return response;
}

}  // namespace

Api api_versions_api() {
  return api_of<wire::ApiVersionsRequest, answer>({0, 4});
}

}  // namespace millrace::broker
