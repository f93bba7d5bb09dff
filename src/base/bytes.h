#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace millrace {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;
using Buffer = std::vector<std::byte>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Buffer to_buffer(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

template <std::integral T>
constexpr T byte_swapped(T value) {
  using U = std::make_unsigned_t<T>;
  auto u = static_cast<U>(value);
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(u));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(u));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(u));
}

/// Reads a big-endian integer (network order, Kafka's) at `from`, which need not be aligned.
/// `sizeof(T)` bytes must be readable.
template <std::integral T>
T load_be(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return std::endian::native == std::endian::little ? byte_swapped(value) : value;
}

/// Writes `value` big-endian at `to`; `sizeof(T)` bytes must be writable.
template <std::integral T>
void store_be(std::byte* to, T value) {
  if constexpr (std::endian::native == std::endian::little) value = byte_swapped(value);
  std::memcpy(to, &value, sizeof(T));
}

}  // namespace millrace
