#include "storage/damage.h"

#include <fmt/format.h>

namespace millrace::storage {

std::string_view name_of(DamageKind kind) {
  switch (kind) {
    case DamageKind::checksum:
      return "checksum";
    case DamageKind::layout:
      return "layout";
    case DamageKind::offset_order:
      return "offset order";
    case DamageKind::missing:
      return "missing data";
  }
  return "unknown";
}

std::string Damage::sentence() const {
  return fmt::format("{} is damaged at byte {} (offset {}): {}", file, position, offset,
                     name_of(kind));
}

}  // namespace millrace::storage
