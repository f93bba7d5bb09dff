#pragma once

#include <span>

#include "broker/api.h"

namespace millrace::broker {

/// Everything this broker serves, by rising key. ApiVersions is answered from it, so what is not
/// here is not advertised.
std::span<const Api> api_table();

/// Nothing when `key` is not served.
const Api* find_api(wire::ApiKey key);

/// The answer to an ApiVersions request of a version that is not served.
void refuse_api_versions(const Call& call, const ReplyCallback& reply);

}  // namespace millrace::broker
