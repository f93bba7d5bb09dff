#include "fraud/alerts/alert_id.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <charconv>

namespace millrace::fraud {

AlertId AlertId::of(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) {
    all += fmt::format("{}:", part.size());
    all += part;
  }
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const uint8_t*>(all.data()), all.size(), digest.data());
  AlertId id;
  std::copy_n(digest.begin(), id.bytes_.size(), id.bytes_.begin());
  return id;
}

std::optional<AlertId> AlertId::parse(std::string_view text) {
  AlertId id;
  if (text.size() != 2 * id.bytes_.size()) return std::nullopt;
  for (size_t i = 0; i < id.bytes_.size(); ++i) {
    const char* from = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(from, from + 2, id.bytes_[i], 16);
    if (error != std::errc() || end != from + 2) return std::nullopt;
  }
  return id;
}

std::string AlertId::text() const {
  std::string out;
  for (const uint8_t byte : bytes_) out += fmt::format("{:02x}", byte);
  return out;
}

}  // namespace millrace::fraud
