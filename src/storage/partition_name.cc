#include "storage/partition_name.h"

#include <fmt/format.h>

#include <limits>

#include "base/text.h"

namespace millrace::storage {

std::string PartitionName::directory() const {
  return fmt::format("{}-{}", topic, partition);
}

std::optional<PartitionName> PartitionName::parse(std::string_view directory) {
  auto dash = directory.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  auto digits = directory.substr(dash + 1);
  auto number = parse_int(digits);
  if (!number || *number < 0 || *number > std::numeric_limits<int32_t>::max()) return std::nullopt;
  PartitionName name{std::string(directory.substr(0, dash)),
                     PartitionId(static_cast<int32_t>(*number))};
  if (name.directory() != directory) return std::nullopt;  // "t-007", "t-+1"
  return name;
}

}  // namespace millrace::storage
