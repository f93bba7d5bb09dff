#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace millrace::http {

struct EventHubConfig {
  size_t max_events = 2048;           ///< kept for readers that come late or come back
  size_t max_bytes = 4 << 20;         ///< of their data; the oldest go first
  size_t max_read_bytes = 256 << 10;  ///< handed to one reader at a time
};

/// The server-sent events of a process: one bounded ring that every reader follows with its own
/// cursor. A reader that is slower than the ring loses the oldest events and nobody else notices.
/// Thread-safe.
class EventHub {
 public:
  /// `epoch` must differ between runs (the start time will do): it keeps a browser that comes back
  /// with the id of an earlier run from skipping the events of this one.
  explicit EventHub(uint64_t epoch, EventHubConfig config = {});

  /// Appends one event. `data` must not contain line breaks. Never waits for a reader.
  void publish(std::string_view event, std::string data);

  /// Position of a reader: the sequence number of the next event it wants.
  using Cursor = uint64_t;

  /// Where a reader starts that says it has seen `last_event_id`; an id that is empty, unknown or
  /// of another run starts at the oldest event kept.
  Cursor cursor_after(std::string_view last_event_id) const;

  /// The events from `cursor` on in the wire form of server-sent events, at most
  /// `max_read_bytes` but at least one event; empty when there is none. Moves the cursor past
  /// them, and past those that the ring has dropped.
  std::string read(Cursor& cursor) const;

  /// `wake` is called after every publish, on the publisher's thread and under a lock: it must
  /// only post. One listener at a time; an empty function takes it away.
  void on_publish(std::function<void()> wake);

 private:
  struct Event {
    uint64_t sequence;
    std::string wire;
  };

  const uint64_t epoch_;
  const EventHubConfig config_;
  mutable std::mutex mutex_;
  std::deque<Event> ring_;
  size_t ring_bytes_ = 0;
  uint64_t next_sequence_ = 0;
  std::function<void()> wake_;
};

}  // namespace millrace::http
