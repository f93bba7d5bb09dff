#include "http/host_check.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>

namespace millrace::http {
namespace {

/// "name:8090" -> "name", "[::1]:8090" -> "::1"; empty when malformed.
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view rest = host.substr(end + 1);
    return rest.empty() || rest.starts_with(':') ? host.substr(1, end - 1) : std::string_view{};
  }
  return host.substr(0, host.find(':'));
}

bool is_address(const std::string& host) {
  in6_addr ignored{};
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

bool host_allowed(std::string_view host_header, std::span<const std::string> names) {
  const std::string_view host = without_port(host_header);
  if (host.empty()) return false;
  if (is_address(std::string(host)) || equal_ignoring_case(host, "localhost")) return true;
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return equal_ignoring_case(host, name); });
}

}  // namespace millrace::http
