#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

/// The zigzag varints of records (not those of the flexible protocol versions, which are
/// unsigned): small magnitudes of either sign are short.
namespace millrace::record {

constexpr uint64_t zigzag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
constexpr int64_t unzigzag(uint64_t value) {
  return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

constexpr std::size_t varint_size(int64_t value) {
  std::size_t size = 1;
  for (uint64_t rest = zigzag(value); rest >= 0x80; rest >>= 7) ++size;
  return size;
}

inline void append_varint(Buffer& to, int64_t value) {
  uint64_t rest = zigzag(value);
  for (; rest >= 0x80; rest >>= 7) to.push_back(static_cast<std::byte>(rest | 0x80));
  to.push_back(static_cast<std::byte>(rest));
}

}  // namespace millrace::record
