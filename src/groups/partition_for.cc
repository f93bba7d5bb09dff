#include "groups/partition_for.h"

#include <cstdlib>
#include <limits>

namespace millrace::groups {

namespace {

constexpr uint32_t replacement = 0xfffd;

/// Takes one code point off the front of `text`, which is not empty. A malformed sequence gives
/// U+FFFD and costs one byte.
uint32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<uint8_t>(text.front());
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xc2 ? 0
                        : lead < 0xe0 ? 2
                        : lead < 0xf0 ? 3
                        : lead < 0xf5 ? 4
                                      : 0;
  if (length == 0 || length > text.size()) return text.remove_prefix(1), replacement;
  uint32_t point = length == 1 ? lead : lead & (0x7fU >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xc0) != 0x80) return text.remove_prefix(1), replacement;
    point = point << 6 | (next & 0x3fU);
  }
  constexpr uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xd800 && point < 0xe000;
  if (point < smallest[length] || point > 0x10ffff || surrogate) {
    return text.remove_prefix(1), replacement;
  }
  return text.remove_prefix(length), point;
}

int32_t java_hash(std::string_view text) {
  uint32_t hash = 0;
  while (!text.empty()) {
    const uint32_t point = take_code_point(text);
    if (point < 0x10000) {
      hash = hash * 31 + point;
    } else {
      hash = hash * 31 + (0xd800 + ((point - 0x10000) >> 10));
      hash = hash * 31 + (0xdc00 + ((point - 0x10000) & 0x3ff));
    }
  }
  return static_cast<int32_t>(hash);
}

}  // namespace

PartitionId partition_for(std::string_view group_id, int32_t partitions) {
  const int32_t hash = java_hash(group_id);
  const int32_t positive = hash == std::numeric_limits<int32_t>::min() ? 0 : std::abs(hash);
  return PartitionId(positive % partitions);
}

}  // namespace millrace::groups
