#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace millrace::fraud {

struct RetryPolicy {
  Milliseconds first_wait{1'000};  ///< doubled after each failure
  Milliseconds longest_wait{60'000};
  Milliseconds longest_retry_after{600'000};  ///< what a receiver may ask for at most
  Milliseconds give_up_after{3'600'000};      ///< since the first attempt
  size_t max_waiting = 256;                   ///< alerts that are not delivered, given up or read
  size_t max_at_once = 8;                     ///< requests under way
};

/// How an attempt ended.
struct AttemptResult {
  int status = 0;  ///< of HTTP; 0 = no answer
  std::optional<Milliseconds> retry_after = {};
};

/// Alerts on their way to one receiver, each with a schedule of its own: exponential backoff with
/// jitter, longer where the receiver asks for it, until it is delivered or given up. A pure state
/// machine. What is committed is the first record of each partition that is not settled, so a crash
/// delivers some again, under the same id, and loses none.
class DeliveryQueue {
 public:
  struct Key {
    PartitionId partition;
    Offset offset;
    auto operator<=>(const Key&) const = default;
  };
  struct Item {
    std::string id;    ///< the alert's
    std::string body;  ///< the record's value
    Timestamp raised_at = {};
    int attempts = 0;
    MonoTime first_attempt = {};
    int last_status = 0;
  };

  explicit DeliveryQueue(RetryPolicy policy, uint64_t seed) : policy_(policy), random_(seed) {}

  bool has_room() const { return items_.size() < policy_.max_waiting; }
  bool empty() const { return items_.empty(); }

  void add(Key key, Item item, MonoTime now);
  /// A record that is no alert: nothing to deliver.
  void skip(Key key);
  /// Forgets a partition that is somebody else's now.
  void drop(PartitionId partition);

  /// The next one to attempt now, if any; it is then under way until `on_result`.
  std::optional<Key> start_next(MonoTime now);
  const Item& item(Key key) const { return items_.at(key).item; }
  bool contains(Key key) const { return items_.contains(key); }

  enum class Outcome : uint8_t {
    delivered,
    retried,   ///< later
    given_up,  ///< stays in the queue until `settle` says that it lies among the dead letters
    gone,      ///< the receiver wants no more (410); it is retried later
  };
  Outcome on_result(Key key, const AttemptResult& result, MonoTime now);
  void settle(Key key);
  /// Not settled after all: its dead letter could not be written.
  void try_again(Key key, MonoTime now);

  /// The first record that is not settled, for each partition where that has moved since last time.
  std::vector<std::pair<PartitionId, Offset>> take_progress();

 private:
  struct Entry {
    Item item;
    MonoTime due;
    bool under_way = false;
  };
  Duration wait_before_next(const Entry& entry, const AttemptResult& result);

  const RetryPolicy policy_;
  std::mt19937_64 random_;
  std::map<Key, Entry> items_;
  size_t under_way_ = 0;
  std::map<PartitionId, Offset> read_up_to_;
  std::map<PartitionId, Offset> reported_;
};

}  // namespace millrace::fraud
