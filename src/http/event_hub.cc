#include "http/event_hub.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/text.h"

namespace millrace::http {

EventHub::EventHub(uint64_t epoch, EventHubConfig config) : epoch_(epoch), config_(config) {
  MR_ASSERT(config.max_events > 0);
}

void EventHub::publish(std::string_view event, std::string data) {
  MR_ASSERT(data.find_first_of("\r\n") == std::string::npos);
  const std::lock_guard lock(mutex_);
  const uint64_t sequence = next_sequence_++;
  ring_.push_back(
      {sequence, fmt::format("id: {}-{}\nevent: {}\ndata: {}\n\n", epoch_, sequence, event, data)});
  ring_bytes_ += ring_.back().wire.size();
  while (ring_.size() > config_.max_events ||
         (ring_bytes_ > config_.max_bytes && ring_.size() > 1)) {
    ring_bytes_ -= ring_.front().wire.size();
    ring_.pop_front();
  }
  if (wake_) wake_();
}

EventHub::Cursor EventHub::cursor_after(std::string_view last_event_id) const {
  const auto parts = split(last_event_id, '-');
  if (parts.size() != 2) return 0;
  const auto epoch = parse_int(parts[0]);
  const auto sequence = parse_int(parts[1]);
  if (!epoch || !sequence || *sequence < 0) return 0;
  if (static_cast<uint64_t>(*epoch) != epoch_) return 0;
  const std::lock_guard lock(mutex_);
  const auto next = static_cast<uint64_t>(*sequence) + 1;
  return next <= next_sequence_ ? next : 0;
}

std::string EventHub::read(Cursor& cursor) const {
  const std::lock_guard lock(mutex_);
  if (ring_.empty()) return {};
  const uint64_t oldest = ring_.front().sequence;
  cursor = std::max(cursor, oldest);
  std::string out;
  for (auto at = static_cast<size_t>(cursor - oldest); at < ring_.size(); ++at) {
    const std::string& wire = ring_[at].wire;
    if (!out.empty() && out.size() + wire.size() > config_.max_read_bytes) break;
    out += wire;
    ++cursor;
  }
  return out;
}

void EventHub::on_publish(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

}  // namespace millrace::http
