#include "base/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace millrace {

uint32_t crc32c(Bytes bytes, uint32_t seed) {
  // ISA-L takes an int as length, so giants go in pieces.
  constexpr std::size_t piece_max = 1u << 30;
  uint32_t crc = ~seed;
  while (!bytes.empty()) {
    auto piece = bytes.first(std::min(bytes.size(), piece_max));
    // ISA-L's prototype lacks const; it only reads.
    auto* data = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(piece.data()));
    crc = crc32_iscsi(data, static_cast<int>(piece.size()), crc);
    bytes = bytes.subspan(piece.size());
  }
  return ~crc;
}

}  // namespace millrace
