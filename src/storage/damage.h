#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace millrace::storage {

enum class DamageKind : uint8_t {
  checksum,      ///< the batch's CRC-32C does not match
  layout,        ///< lengths, magic or counts that no batch can have
  offset_order,  ///< a batch whose offsets do not follow the one before
  missing,       ///< the file ends, or only zeros follow, below what had been synced
};
std::string_view name_of(DamageKind kind);

/// A place in a log where synced data is no longer what was written. Never cut automatically.
struct Damage {
  std::string file;       ///< relative to the data directory
  uint64_t position = 0;  ///< byte in the file
  Offset offset;          ///< the first offset that cannot be trusted
  DamageKind kind = DamageKind::checksum;

  std::string sentence() const;
};

}  // namespace millrace::storage
