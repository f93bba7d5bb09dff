#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "storage/checkpoints.h"

namespace millrace::storage {

/// Which leader epoch began at which offset: the content of leader-epoch-checkpoint. Pure state.
class LeaderEpochs {
 public:
  LeaderEpochs() = default;
  explicit LeaderEpochs(std::vector<EpochStart> ascending) : epochs_(std::move(ascending)) {}

  /// True when `epoch` is newer than all before: it begins at `start` now.
  bool assign(LeaderEpoch epoch, Offset start);
  /// Forgets epochs that begin at or above `end`. True when there were some.
  bool cut_from(Offset end);
  /// The first epoch that reaches above `start` begins there. True when something changed.
  bool trim_before(Offset start);

  LeaderEpoch latest() const { return epochs_.empty() ? no_leader_epoch : epochs_.back().first; }
  /// The greatest epoch ≤ `epoch` and the offset where the next one begins (`log_end` for the
  /// last).
  std::optional<EpochStart> end_of(LeaderEpoch epoch, Offset log_end) const;
  const std::vector<EpochStart>& all() const { return epochs_; }

 private:
  std::vector<EpochStart> epochs_;
};

}  // namespace millrace::storage
