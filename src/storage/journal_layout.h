#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/crc32c.h"

/// What writer and reader of a commit journal agree on; the grammar stands in commit_journal.h.
namespace millrace::storage::journal_layout {

inline constexpr std::string_view name_prefix = ".millrace-commit-";
inline constexpr uint32_t magic = 0x4d524a31;  // "MRJ1"
inline constexpr std::size_t crc_at = 24;
inline constexpr std::size_t round_header_bytes = 28;
inline constexpr std::size_t entry_header_bytes = 30;

/// The CRC of a whole round: everything but the CRC itself.
inline uint32_t round_crc(Bytes round) {
  return crc32c(round.subspan(round_header_bytes), crc32c(round.first(crc_at)));
}

}  // namespace millrace::storage::journal_layout
