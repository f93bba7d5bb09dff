#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "groups/effects.h"
#include "groups/requests.h"

namespace millrace::groups {

struct Member {
  std::string id = {};
  std::optional<std::string> instance_id = {};
  std::string client_id = {};
  std::string client_host = {};
  Milliseconds session_timeout{0};
  Milliseconds rebalance_timeout{0};
  std::vector<Protocol> protocols = {};
  Buffer assignment = {};

  std::optional<ReplyToken> joining = {};  ///< its join waits for the rebalance to complete
  std::optional<ReplyToken> syncing = {};  ///< its sync waits for the leader's assignment
  bool is_new = false;                     ///< has not been answered yet, so cannot heartbeat
  MonoTime silent_until = {};              ///< when it is given up, unless it is heard of

  /// A member whose request waits here is alive by definition, except a new one: its process may
  /// be gone without anybody noticing.
  std::optional<MonoTime> session_deadline() const;
  /// Empty when it does not offer `protocol`.
  const Buffer& metadata_for(std::string_view protocol) const;
};

/// The members of one group, its static names, its leader, and what they agree on. Holds that:
/// a leader exists exactly when there are members, and is one; every instance id leads to a
/// member that carries it.
class Members {
 public:
  using Map = std::map<std::string, Member, std::less<>>;

  bool empty() const { return members_.empty(); }
  size_t size() const { return members_.size(); }
  Map::iterator begin() { return members_.begin(); }
  Map::iterator end() { return members_.end(); }
  Map::const_iterator begin() const { return members_.begin(); }
  Map::const_iterator end() const { return members_.end(); }

  Member* find(std::string_view member_id);
  const Member* find(std::string_view member_id) const;
  /// Null when no member carries this instance id.
  Member* find_static(std::string_view instance_id);
  const Member* find_static(std::string_view instance_id) const;

  /// The first one becomes the leader.
  Member& add(Member member);
  /// When the leader goes, another becomes it.
  void remove(std::string_view member_id);
  /// A static member came back: the same seat (and leadership) under a new member id.
  Member& rename(std::string_view member_id, std::string new_id);

  const std::optional<std::string>& leader() const { return leader_; }
  void make_leader(const Member& member) { leader_ = member.id; }

  size_t joining_count() const;
  /// The longest rebalance timeout of any member; 0 when there is none.
  Milliseconds rebalance_timeout() const;
  /// True when every member knows at least one and the same of `protocols`.
  bool all_know_one_of(std::span<const Protocol> protocols) const;
  /// Each member votes for the first it offers of those that all know; most votes win, and of
  /// equals the first by name. Precondition: there are members, and they have one in common.
  std::string vote() const;

 private:
  /// Names that point into the members. Precondition: there are members.
  std::set<std::string_view> known_to_all() const;

  Map members_;
  std::map<std::string, std::string, std::less<>> by_instance_;
  std::optional<std::string> leader_;
};

}  // namespace millrace::groups
