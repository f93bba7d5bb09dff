#include "fraud/webhook/delivery_queue.h"

#include <algorithm>

#include "base/assert.h"

namespace millrace::fraud {

void DeliveryQueue::add(Key key, Item item, MonoTime now) {
  items_.emplace(key, Entry{std::move(item), now});
  read_up_to_[key.partition] = key.offset + 1;
}

void DeliveryQueue::skip(Key key) {
  read_up_to_[key.partition] = key.offset + 1;
}

void DeliveryQueue::drop(PartitionId partition) {
  for (auto it = items_.begin(); it != items_.end();) {
    if (it->first.partition != partition) {
      ++it;
      continue;
    }
    under_way_ -= it->second.under_way;
    it = items_.erase(it);
  }
  read_up_to_.erase(partition);
  reported_.erase(partition);
}

std::optional<DeliveryQueue::Key> DeliveryQueue::start_next(MonoTime now) {
  if (under_way_ == policy_.max_at_once) return std::nullopt;
  const auto next =
      std::min_element(items_.begin(), items_.end(), [](const auto& a, const auto& b) {
        const auto rank = [](const Entry& entry) { return std::pair(entry.under_way, entry.due); };
        return rank(a.second) < rank(b.second);
      });
  if (next == items_.end() || next->second.under_way || next->second.due > now) return std::nullopt;
  Entry& entry = next->second;
  entry.under_way = true;
  ++under_way_;
  if (entry.item.attempts++ == 0) entry.item.first_attempt = now;
  return next->first;
}

DeliveryQueue::Outcome DeliveryQueue::on_result(Key key, const AttemptResult& result,
                                                MonoTime now) {
  Entry& entry = items_.at(key);
  MR_ASSERT(entry.under_way);
  entry.item.last_status = result.status;
  if (result.status >= 200 && result.status < 300) {
    settle(key);
    return Outcome::delivered;
  }
  if (now - entry.item.first_attempt >= policy_.give_up_after) return Outcome::given_up;
  entry.due = now + wait_before_next(entry, result);
  entry.under_way = false;
  --under_way_;
  constexpr int gone = 410;
  return result.status == gone ? Outcome::gone : Outcome::retried;
}

/// Between half and all of the doubled wait, so that many alerts do not come back in step.
Duration DeliveryQueue::wait_before_next(const Entry& entry, const AttemptResult& result) {
  const int doublings = std::min(entry.item.attempts - 1, 20);
  const Duration doubled = Duration(policy_.first_wait) * (int64_t{1} << doublings);
  const Duration longest = std::min<Duration>(doubled, policy_.longest_wait);
  const double share = 0.5 + 0.5 * static_cast<double>(random_() >> 11) * 0x1p-53;
  const Duration wait(static_cast<int64_t>(static_cast<double>(longest.count()) * share));
  if (!result.retry_after) return wait;
  return std::max<Duration>(wait, std::min(*result.retry_after, policy_.longest_retry_after));
}

void DeliveryQueue::settle(Key key) {
  under_way_ -= items_.at(key).under_way;
  items_.erase(key);
}

void DeliveryQueue::try_again(Key key, MonoTime now) {
  Entry& entry = items_.at(key);
  under_way_ -= entry.under_way;
  entry.under_way = false;
  entry.due = now + policy_.longest_wait;
}

std::vector<std::pair<PartitionId, Offset>> DeliveryQueue::take_progress() {
  std::vector<std::pair<PartitionId, Offset>> moved;
  for (const auto& [partition, read] : read_up_to_) {
    const auto first = items_.lower_bound({partition, Offset(0)});
    const bool unsettled = first != items_.end() && first->first.partition == partition;
    const Offset done = unsettled ? first->first.offset : read;
    const auto [known, fresh] = reported_.try_emplace(partition, Offset(0));
    if (!fresh && known->second == done) continue;
    known->second = done;
    moved.emplace_back(partition, done);
  }
  return moved;
}

}  // namespace millrace::fraud
