#pragma once

#include <map>
#include <string>
#include <string_view>

#include "groups/records.h"

namespace millrace::groups {

using CommittedOffsets = std::map<TopicPartition, CommittedOffset>;

/// Everything the records of the coordinator's partitions say. Changes only by apply(), live and
/// in replay alike, so a restart finds exactly this. Not thread-safe.
class DurableState {
 public:
  void apply(const Change& change);

  /// Null when the group never completed a rebalance, or is gone.
  const GroupMetadata* group(std::string_view group_id) const;
  /// Empty when the group has committed nothing.
  const CommittedOffsets& offsets(std::string_view group_id) const;

  const std::map<std::string, GroupMetadata, std::less<>>& groups() const { return groups_; }
  const std::map<std::string, CommittedOffsets, std::less<>>& all_offsets() const {
    return offsets_;
  }

  bool operator==(const DurableState&) const = default;

 private:
  void apply(const GroupChange& change);
  void apply(const OffsetChange& change);

  std::map<std::string, GroupMetadata, std::less<>> groups_;
  std::map<std::string, CommittedOffsets, std::less<>> offsets_;  ///< never an empty inner map
};

}  // namespace millrace::groups
