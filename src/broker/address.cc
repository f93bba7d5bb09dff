#include "broker/address.h"

#include <fmt/format.h>

#include "base/text.h"

namespace millrace::broker {

Result<Address> parse_address(std::string_view text) {
  auto rest = text;
  if (auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    auto name = rest.substr(0, scheme);
    if (name != "PLAINTEXT") {
      return fail(
          Errc::unsupported,
          fmt::format("listener \"{}\": protocol {} is not served, only PLAINTEXT is", text, name));
    }
    rest.remove_prefix(scheme + 3);
  }
  auto colon = rest.rfind(':');
  if (colon == std::string_view::npos) {
    return fail(Errc::invalid_argument,
                fmt::format("\"{}\" is not an address: HOST:PORT is expected", text));
  }
  auto host = rest.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  auto port = parse_int(rest.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) {
    return fail(Errc::invalid_argument,
                fmt::format("\"{}\" is not an address: the port must be 0 to 65535", text));
  }
  return Address{host.empty() ? "0.0.0.0" : std::string(host), static_cast<uint16_t>(*port)};
}

std::string to_text(const Address& address) {
  bool v6 = address.host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", address.host, address.port)
            : fmt::format("{}:{}", address.host, address.port);
}

bool is_loopback(const Address& address) {
  return address.host == "localhost" || address.host == "::1" || address.host.starts_with("127.");
}

}  // namespace millrace::broker
