#include "storage/leader_epochs.h"

#include <algorithm>

namespace millrace::storage {

bool LeaderEpochs::assign(LeaderEpoch epoch, Offset start) {
  if (epoch <= latest()) return false;
  // An epoch in which nothing was written leaves no trace.
  while (!epochs_.empty() && epochs_.back().second >= start) epochs_.pop_back();
  epochs_.emplace_back(epoch, start);
  return true;
}

bool LeaderEpochs::cut_from(Offset end) {
  return std::erase_if(epochs_, [&](const EpochStart& e) { return e.second >= end; }) > 0;
}

bool LeaderEpochs::trim_before(Offset start) {
  bool changed = false;
  while (epochs_.size() > 1 && epochs_[1].second <= start) {
    epochs_.erase(epochs_.begin());
    changed = true;
  }
  if (!epochs_.empty() && epochs_.front().second < start) {
    epochs_.front().second = start;
    changed = true;
  }
  return changed;
}

std::optional<EpochStart> LeaderEpochs::end_of(LeaderEpoch epoch, Offset log_end) const {
  auto after = std::upper_bound(
      epochs_.begin(), epochs_.end(), epoch,
      [](LeaderEpoch value, const EpochStart& entry) { return value < entry.first; });
  if (after == epochs_.begin()) return std::nullopt;
  return EpochStart{after[-1].first, after == epochs_.end() ? log_end : after->second};
}

}  // namespace millrace::storage
