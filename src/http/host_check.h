#pragma once

#include <span>
#include <string>
#include <string_view>

namespace millrace::http {

/// May a request with this Host header be answered? Only a *name* can be rebound by a hostile DNS
/// server, so addresses always may, "localhost" may, and otherwise only the names configured.
/// A missing or malformed header may not.
bool host_allowed(std::string_view host_header, std::span<const std::string> names);

}  // namespace millrace::http
