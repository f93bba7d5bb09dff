#include <algorithm>
#include <cctype>

#include "groups/coordinator.h"

/// What administrators and consumers ask; nothing here changes anything.
namespace millrace::groups {

namespace {

bool same_word(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

bool admits(const std::vector<std::string>& words, std::string_view word) {
  return words.empty() ||
         std::any_of(words.begin(), words.end(), [&](const auto& w) { return same_word(w, word); });
}

}  // namespace

std::optional<CommittedOffset> GroupCoordinator::committed(std::string_view group_id,
                                                           const TopicPartition& partition) const {
  const CommittedOffsets& offsets = durable_.offsets(group_id);
  auto it = offsets.find(partition);
  if (it == offsets.end()) return std::nullopt;
  return it->second;
}

std::vector<std::pair<TopicPartition, CommittedOffset>> GroupCoordinator::all_committed(
    std::string_view group_id) const {
  const CommittedOffsets& offsets = durable_.offsets(group_id);
  return {offsets.begin(), offsets.end()};
}

std::optional<DescribedGroup> GroupCoordinator::describe(std::string_view group_id) const {
  const ClassicGroup* group = find(group_id);
  if (group == nullptr) return std::nullopt;
  const bool stable = group->state() == GroupState::stable;
  DescribedGroup described{.state = group->state(),
                           .protocol_type = group->protocol_type().value_or(""),
                           .protocol_name = stable ? group->protocol().value_or("") : "",
                           .members = {}};
  for (const auto& [id, member] : group->members()) {
    DescribedMember& m = described.members.emplace_back();
    m.member_id = id;
    m.instance_id = member.instance_id;
    m.client_id = member.client_id;
    m.client_host = member.client_host;
    if (!stable) continue;
    m.metadata = member.metadata_for(described.protocol_name);
    m.assignment = member.assignment;
  }
  return described;
}

std::vector<ListedGroup> GroupCoordinator::list(const ListFilter& filter) const {
  std::vector<ListedGroup> listed;
  if (!admits(filter.types, "classic")) return listed;
  for (const auto& [id, group] : groups_) {
    if (!admits(filter.states, name_of(group->state()))) continue;
    listed.push_back({id, group->protocol_type().value_or(""), group->state()});
  }
  return listed;
}

}  // namespace millrace::groups
