#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::broker {

struct Address {
  std::string host;
  uint16_t port = 0;

  bool operator==(const Address&) const = default;
};

/// "host:port", "[v6]:port" or "PLAINTEXT://host:port" (Kafka's listener form). An empty host
/// means every interface, as in Kafka. Errors: invalid_argument, with what is allowed.
Result<Address> parse_address(std::string_view text);

/// "host:port", with brackets around an IPv6 address.
std::string to_text(const Address& address);

/// True for 127.0.0.0/8, ::1 and "localhost".
bool is_loopback(const Address& address);

}  // namespace millrace::broker
