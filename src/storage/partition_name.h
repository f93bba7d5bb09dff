#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace millrace::storage {

/// A partition as its directory names it: "<topic>-<number>".
struct PartitionName {
  std::string topic;
  PartitionId partition;

  auto operator<=>(const PartitionName&) const = default;

  std::string directory() const;
  /// Nothing when `directory` is not the name of a live partition ("…-delete" is not).
  static std::optional<PartitionName> parse(std::string_view directory);
};

}  // namespace millrace::storage
