#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fraud/transaction.h"

namespace millrace::fraud {

/// A transaction of a user as the window remembers it.
struct Sighting {
  Timestamp time;
  Offset offset;  ///< of its record, in the window's partition
  Money amount;
  std::string id;
  std::string location;
};

struct VelocityConfig {
  std::chrono::milliseconds window = std::chrono::hours(1);
  /// How far behind the partition's newest event time a transaction may come and still find
  /// everything in its window.
  std::chrono::milliseconds lateness = std::chrono::minutes(10);
  size_t max_sightings = 2'000'000;       ///< of all users of a partition; about 200 bytes each
  size_t max_sightings_per_user = 1'000;  ///< the newest ones; counts stop growing there
};

/// Who paid how often lately: for each user of one partition, the transactions of the last hour of
/// event time. What it answers depends on the set of transactions seen and never on the order they
/// came in, as long as none is later than the configured lateness: equal times are ordered by
/// transaction id (then by offset), and one that comes late is counted into the windows of those
/// after it.
class VelocityWindow {
 public:
  explicit VelocityWindow(VelocityConfig config = {}) : config_(config) {}

  /// The sightings of a user within (t − window, t], oldest first; the last one is the
  /// transaction at t itself, so the size is the count.
  using Window = std::span<const Sighting>;

  struct Outcome {
    bool duplicate = false;  ///< seen before with this id and time; nothing changed
    bool late = false;  ///< later than the lateness allows: windows may lack what was forgotten
    /// The windows that now have one more: first the transaction's own, then those of the user's
    /// later transactions. Valid until the next call.
    std::vector<Window> windows;
  };
  Outcome add(const Transaction& transaction, Offset offset);

  /// A reader that starts here instead of at `next` rebuilds everything this window remembers.
  Offset first_needed(Offset next) const;

  size_t sightings() const { return sightings_; }
  /// Sightings dropped before their time because of the limits.
  uint64_t forgotten_early() const { return forgotten_early_; }

 private:
  using User = std::pair<const std::string, std::vector<Sighting>>;

  /// What happened in one minute of event time: forgetting goes minute by minute.
  struct Minute {
    std::vector<User*> users;  ///< one entry a sighting; the users' nodes stay where they are
    Offset first_offset;
  };

  void make_room();
  void forget_before(int64_t minute);
  void keep_newest(std::vector<Sighting>& history);
  void note_minute(User& user, const Sighting& sighting);
  std::vector<Window> windows_from(size_t index, const std::vector<Sighting>& history) const;

  const VelocityConfig config_;
  std::unordered_map<std::string, std::vector<Sighting>> users_;  ///< each ordered, oldest first
  std::map<int64_t, Minute> minutes_;
  Timestamp stream_time_{0};  ///< the newest event time seen
  size_t sightings_ = 0;
  uint64_t forgotten_early_ = 0;
};

}  // namespace millrace::fraud
