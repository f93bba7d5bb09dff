#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::fraud {

/// An alert's identity: the same finding about the same transaction has the same id on every run,
/// machine and partition count. 128 bits of SHA-256.
class AlertId {
 public:
  /// Of the given parts, which are hashed with their lengths, so no two lists run into each other.
  static AlertId of(std::initializer_list<std::string_view> parts);
  /// 32 hexadecimal digits, as text() writes them.
  static std::optional<AlertId> parse(std::string_view text);

  std::string text() const;
  auto operator<=>(const AlertId&) const = default;

 private:
  friend struct std::hash<AlertId>;
  std::array<uint8_t, 16> bytes_{};
};

}  // namespace millrace::fraud

template <>
struct std::hash<millrace::fraud::AlertId> {
  std::size_t operator()(const millrace::fraud::AlertId& id) const {
    std::size_t value = 0;  // the bytes are a hash already
    std::memcpy(&value, id.bytes_.data(), sizeof value);
    return value;
  }
};
