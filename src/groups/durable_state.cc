#include "groups/durable_state.h"

namespace millrace::groups {

void DurableState::apply(const Change& change) {
  std::visit([this](const auto& c) { apply(c); }, change);
}

void DurableState::apply(const GroupChange& change) {
  if (change.value) {
    groups_.insert_or_assign(change.group_id, *change.value);
  } else {
    groups_.erase(change.group_id);
  }
}

void DurableState::apply(const OffsetChange& change) {
  if (change.value) {
    offsets_[change.group_id].insert_or_assign(change.partition, *change.value);
    return;
  }
  auto of_group = offsets_.find(change.group_id);
  if (of_group == offsets_.end()) return;
  of_group->second.erase(change.partition);
  if (of_group->second.empty()) offsets_.erase(of_group);
}

const GroupMetadata* DurableState::group(std::string_view group_id) const {
  auto it = groups_.find(group_id);
  return it == groups_.end() ? nullptr : &it->second;
}

const CommittedOffsets& DurableState::offsets(std::string_view group_id) const {
  static const CommittedOffsets none;
  auto it = offsets_.find(group_id);
  return it == offsets_.end() ? none : it->second;
}

}  // namespace millrace::groups
