#pragma once

#include <functional>

#include "storage/log.h"

namespace millrace::storage {

/// Makes appended data durable, many logs at a time. One per shard, called on its thread only.
///
/// One round is under way at a time: it syncs every log that was dirty when it began; what becomes
/// dirty meanwhile goes into the next. So the cost of a sync is shared by all who wait for it.
class Committer {
 public:
  /// Called on the shard's executor once per log and round, after Log::finish_sync: durable_end has
  /// moved, or the log is stopped.
  using OnSynced = std::function<void(Log&)>;

  virtual ~Committer() = default;

  /// `log` has something to sync; a round that includes it starts soon. Cheap to repeat.
  virtual void mark_dirty(Log& log) = 0;

  /// `log` is about to be closed or destroyed: it is not called any more. A ticket of it that is
  /// under way is finished first (waits for the device in that case only).
  virtual void forget(Log& log) = 0;

  /// The clean end, after every log was closed: nothing is left to sync behind their backs, and the
  /// data directory holds Kafka's files only. Waits for the device; only the destructor may follow.
  virtual Result<void> close() = 0;
};

}  // namespace millrace::storage
