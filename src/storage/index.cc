#include "storage/index.h"

namespace millrace::storage {

void OffsetIndexEntry::encode(std::byte* to) const {
  store_be(to, relative_offset);
  store_be(to + 4, position);
}

OffsetIndexEntry OffsetIndexEntry::decode(const std::byte* from) {
  return {.relative_offset = load_be<int32_t>(from), .position = load_be<int32_t>(from + 4)};
}

void TimeIndexEntry::encode(std::byte* to) const {
  store_be(to, timestamp.value());
  store_be(to + 8, relative_offset);
}

TimeIndexEntry TimeIndexEntry::decode(const std::byte* from) {
  return {.timestamp = Timestamp(load_be<int64_t>(from)),
          .relative_offset = load_be<int32_t>(from + 8)};
}

}  // namespace millrace::storage
