#pragma once

#include <vector>

#include "client/kafka.h"
#include "millrace/record.h"

namespace millrace::client {

/// One assigned partition.
struct Partition {
  TopicPartition id;
  QueueHandle queue{};                 ///< its fetch queue, forwarded to the consumer's data queue
  const void* topic_handle = nullptr;  ///< librdkafka's, to recognise messages by a pointer
  int64_t position = -1;               ///< the next record to hand out; −1 = none was yet
  int64_t done = -1;                   ///< the first offset not processed; −1 = none was
  bool stored = true;                  ///< `done` has reached librdkafka
  bool at_end = false;
  bool paused = false;
  std::vector<MessageHandle> held{};  ///< fetched before the pause, to be handed out after it
};

/// The assigned partitions. Messages come in runs of one partition, so the last one found is
/// looked at first. For one thread at a time.
class Partitions {
 public:
  /// Null when it is not assigned.
  Partition* find(const TopicPartition& id);
  Partition* find(const rd_kafka_message_t& message);

  Partition& add(TopicPartition id);
  void remove(const TopicPartition& id);
  void clear();

  bool all_at_end() const;
  /// What was processed and is not stored yet; counts as stored from here on.
  std::vector<TopicPartitionOffset> take_unstored();

  std::vector<Partition>& all() { return partitions_; }
  const std::vector<Partition>& all() const { return partitions_; }

 private:
  std::vector<Partition> partitions_;
  std::size_t last_found_ = 0;
};

}  // namespace millrace::client
