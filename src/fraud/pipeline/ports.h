#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fraud/detector.h"

/// What the pipeline needs of the world: a place transactions come from and one alerts go to. In
/// production both are Kafka topics; tests have them in memory and crash them at every step.
namespace millrace::fraud {

/// How far a partition is judged.
struct Progress {
  PartitionId partition;
  Offset next;          ///< the first record that is not judged
  Offset first_needed;  ///< where a reader must start to rebuild what judging `next` needs
};

class TransactionHandler {
 public:
  virtual ~TransactionHandler() = default;

  /// Partitions are ours from now on, each committed up to `next`. Their records follow, starting
  /// at `first_needed`.
  virtual Result<void> on_assigned(std::span<const Progress> partitions) = 0;
  /// They are about to be somebody else's, or (`lost`) are already.
  virtual Result<void> on_revoked(std::span<const PartitionId> partitions, bool lost) = 0;
  virtual Result<void> on_record(const InputRecord& record) = 0;
};

class TransactionSource {
 public:
  virtual ~TransactionSource() = default;

  /// Waits up to `wait` for something to happen and hands it to `handler`, on the calling thread.
  /// Errors: the handler's own; `fenced` when another instance has taken our place.
  virtual Result<void> poll(TransactionHandler& handler, Milliseconds wait) = 0;

  /// Durable when this returns. Errors: `fenced`; anything else may work when tried again.
  virtual Result<void> commit(std::span<const Progress> progress) = 0;
};

/// An alert as it stands in the log.
struct RaisedAlert {
  AlertId id;
  Timestamp raised_at;
};

class AlertLog {
 public:
  virtual ~AlertLog() = default;

  /// The alerts that are in the log and that neither this call nor `raise` has met before; at the
  /// first call, those of the dedup horizon. Everything acknowledged before the call is among them.
  virtual Result<std::vector<RaisedAlert>> read_new() = 0;

  /// Starts appending an alert; `flush` tells how it went. Waits only while a queue is full.
  virtual void raise(const Alert& alert) = 0;
  /// The same for a record that is no transaction, with its original bytes and the reason.
  virtual void dead_letter(const InputRecord& record, std::string_view reason) = 0;

  /// Waits until everything started is durable. Errors: `timed_out` when some is still under way;
  /// anything else: something was not appended, for good.
  virtual Result<void> flush() = 0;

  struct Acknowledged {
    Alert alert;
    Timestamp at;  ///< when the log had it durably
  };
  /// The alerts that have become durable since the last call.
  virtual std::vector<Acknowledged> take_acknowledged() = 0;
};

}  // namespace millrace::fraud
