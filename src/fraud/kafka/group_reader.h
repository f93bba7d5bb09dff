#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "client/kafka.h"
#include "millrace/consumer.h"

namespace millrace::fraud {

struct GroupReaderConfig {
  std::string brokers;
  std::string topic;
  std::string group;
  /// The member's fixed name in the group: one that comes back after a crash takes its place at
  /// once, and a second one of the same name fences the first instead of working beside it.
  std::string instance = "0";
  Reset from = Reset::earliest;  ///< where nothing is committed yet
  Milliseconds session_timeout{10'000};
  size_t batch_records = 1'000;
  Properties props = {};  ///< librdkafka's, applied last
};

/// A member of a consumer group that commits offsets together with a note of its own, and decides
/// where to start reading when it is given a partition. For one thread at a time.
class GroupReader {
 public:
  struct Committed {
    PartitionId partition;
    std::optional<Offset> next;  ///< nothing was committed: starts where the config says
    std::string note;
  };
  class Handler {
   public:
    virtual ~Handler() = default;
    /// Answers where to start in each of the partitions; what it answers for one without a
    /// committed offset is not used.
    virtual Result<std::vector<Offset>> on_assigned(std::span<const Committed> partitions) = 0;
    virtual Result<void> on_revoked(std::span<const PartitionId> partitions, bool lost) = 0;
    virtual Result<void> on_message(const rd_kafka_message_t& message) = 0;
  };

  /// Errors: invalid_argument, naming the property. Does not wait for a broker.
  static Result<std::unique_ptr<GroupReader>> open(GroupReaderConfig config, Logger log);
  /// Leaves the group quickly; what is not committed is read again.
  ~GroupReader();

  /// Hands out what happens, waiting up to `wait` for it. Errors: the handler's; fenced,
  /// permission_denied and what else the broker refuses for good.
  Result<void> poll(Handler& handler, Milliseconds wait);

  /// Durable when this returns. Errors: fenced; unavailable, timed_out, failed: may work later.
  Result<void> commit(std::span<const Committed> offsets);

  /// Records that are in the assigned partitions and were not handed out, as far as is known.
  int64_t lag() const;
  size_t assigned() const { return partitions_.size(); }
  /// True when there are partitions and each was read to what was its end at some moment since.
  bool at_end() const;

  /// Hands out no messages from here on, or does again. Group events go on either way.
  Result<void> pause(bool paused);

 private:
  struct Partition {
    PartitionId id;
    Offset position{-1};  ///< the next record to be handed out; −1 = not known yet
    bool at_end = false;
  };

  GroupReader(GroupReaderConfig config, client::KafkaHandle kafka, Logger log);
  Result<void> serve_events(Handler& handler);
  Result<void> on_event(Handler& handler, rd_kafka_event_t* event);
  Result<void> on_assign(Handler& handler, const rd_kafka_topic_partition_list_t* list);
  Result<void> on_revoke(Handler& handler, const rd_kafka_topic_partition_list_t* list);
  Result<std::vector<Committed>> committed(const rd_kafka_topic_partition_list_t* list);
  Result<void> hand_out(Handler& handler, rd_kafka_message_t& message);
  Error fatal_error() const;

  const GroupReaderConfig config_;
  const Logger log_;
  client::KafkaHandle kafka_;
  client::QueueHandle group_queue_;
  client::QueueHandle data_queue_;
  std::vector<client::QueueHandle> forwarded_;
  std::vector<Partition> partitions_;
  std::vector<rd_kafka_message_t*> fetched_;
  bool paused_ = false;
};

/// The value of a header, when the message has it.
std::optional<std::string> header_of(const rd_kafka_message_t& message, const char* name);

/// A message's value; empty for a null one.
std::string_view value_of(const rd_kafka_message_t& message);

}  // namespace millrace::fraud
