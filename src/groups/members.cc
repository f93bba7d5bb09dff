#include "groups/members.h"

#include <algorithm>
#include <set>

#include "base/assert.h"

namespace millrace::groups {

std::optional<MonoTime> Member::session_deadline() const {
  if (!is_new && (joining || syncing)) return std::nullopt;
  return silent_until;
}

const Buffer& Member::metadata_for(std::string_view protocol) const {
  static const Buffer none;
  auto it = std::find_if(protocols.begin(), protocols.end(),
                         [&](const Protocol& p) { return p.name == protocol; });
  return it == protocols.end() ? none : it->metadata;
}

Member* Members::find(std::string_view member_id) {
  auto it = members_.find(member_id);
  return it == members_.end() ? nullptr : &it->second;
}

const Member* Members::find(std::string_view member_id) const {
  auto it = members_.find(member_id);
  return it == members_.end() ? nullptr : &it->second;
}

Member* Members::find_static(std::string_view instance_id) {
  auto it = by_instance_.find(instance_id);
  return it == by_instance_.end() ? nullptr : find(it->second);
}

const Member* Members::find_static(std::string_view instance_id) const {
  auto it = by_instance_.find(instance_id);
  return it == by_instance_.end() ? nullptr : find(it->second);
}

Member& Members::add(Member member) {
  if (member.instance_id) {
    bool fresh = by_instance_.emplace(*member.instance_id, member.id).second;
    MR_ASSERT(fresh);
  }
  if (!leader_) leader_ = member.id;
  std::string id = member.id;
  auto [it, fresh] = members_.emplace(std::move(id), std::move(member));
  MR_ASSERT(fresh);
  return it->second;
}

void Members::remove(std::string_view member_id) {
  auto it = members_.find(member_id);
  MR_ASSERT(it != members_.end());
  if (it->second.instance_id) by_instance_.erase(*it->second.instance_id);
  bool was_leader = leader_ == it->first;
  members_.erase(it);
  if (members_.empty()) {
    leader_.reset();
  } else if (was_leader) {
    leader_ = members_.begin()->first;
  }
}

Member& Members::rename(std::string_view member_id, std::string new_id) {
  auto it = members_.find(member_id);
  MR_ASSERT(it != members_.end() && it->second.instance_id && !members_.contains(new_id));
  if (leader_ == it->first) leader_ = new_id;
  auto node = members_.extract(it);
  node.key() = new_id;
  node.mapped().id = new_id;
  by_instance_[*node.mapped().instance_id] = std::move(new_id);
  return members_.insert(std::move(node)).position->second;
}

size_t Members::joining_count() const {
  return static_cast<size_t>(std::count_if(members_.begin(), members_.end(), [](const auto& m) {
    return m.second.joining.has_value();
  }));
}

Milliseconds Members::rebalance_timeout() const {
  Milliseconds longest{0};
  for (const auto& [id, member] : members_) longest = std::max(longest, member.rebalance_timeout);
  return longest;
}

bool Members::all_know_one_of(std::span<const Protocol> protocols) const {
  if (members_.empty()) return !protocols.empty();
  const std::set<std::string_view> candidates = known_to_all();
  return std::any_of(protocols.begin(), protocols.end(),
                     [&](const Protocol& p) { return candidates.contains(p.name); });
}

std::string Members::vote() const {
  const std::set<std::string_view> candidates = known_to_all();
  std::map<std::string_view, size_t> votes;
  for (const auto& [id, member] : members_) {
    auto choice = std::find_if(member.protocols.begin(), member.protocols.end(),
                               [&](const Protocol& p) { return candidates.contains(p.name); });
    MR_ASSERT(choice != member.protocols.end());
    ++votes[choice->name];
  }
  auto winner = std::max_element(votes.begin(), votes.end(),
                                 [](const auto& a, const auto& b) { return a.second < b.second; });
  MR_ASSERT(winner != votes.end());
  return std::string(winner->first);
}

std::set<std::string_view> Members::known_to_all() const {
  std::set<std::string_view> common;
  for (const Protocol& p : members_.begin()->second.protocols) common.insert(p.name);
  for (const auto& [id, member] : members_) {
    std::set<std::string_view> offered;
    for (const Protocol& p : member.protocols) offered.insert(p.name);
    std::erase_if(common, [&](std::string_view name) { return !offered.contains(name); });
  }
  return common;
}

}  // namespace millrace::groups
