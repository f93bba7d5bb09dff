#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace millrace {

/// CRC-32C (Castagnoli, RFC 3720) of `bytes`, continued from `seed` (0 to start).
/// crc32c("123456789") is 0xe3069283.
uint32_t crc32c(Bytes bytes, uint32_t seed = 0);

}  // namespace millrace
