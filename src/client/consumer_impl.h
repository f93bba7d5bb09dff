#pragma once

#include <string>
#include <vector>

#include "client/dead_letters.h"
#include "client/kafka.h"
#include "client/partitions.h"
#include "client/signal.h"
#include "millrace/consumer.h"

namespace millrace {

/// The consumer behind RawConsumer. Partition queues are forwarded to one data queue of its own, so
/// that records are taken in batches while group events are met one by one, between batches, on the
/// caller's thread. The loop is in consumer.cc, group events in consumer_group.cc, and what a user
/// may ask for in consumer_control.cc.
class RawConsumer::Impl {
 public:
  Impl(ConsumerOptions options, client::KafkaHandle kafka);
  ~Impl();
  Result<void> start();

  // consumer.cc
  Result<const RawRecord*> next(const std::stop_token& stop);
  void keep_current();
  Result<void> give_up(const Failure& failure);
  bool wait_to_retry(int attempts, const std::stop_token& stop);
  void fail_with(Error error);

  // consumer_control.cc
  Result<void> commit(Milliseconds timeout);
  Result<void> commit_async();
  Result<void> assign(const std::vector<TopicPartitionOffset>& places);
  Result<void> seek(const TopicPartitionOffset& place, Milliseconds timeout);
  Result<void> pause(const std::vector<TopicPartition>& ids);
  Result<void> resume(const std::vector<TopicPartition>& ids);
  std::vector<PartitionPosition> positions() const;
  Result<std::vector<TopicPartitionOffset>> committed(Milliseconds timeout);
  Result<void> close();

  const ConsumerOptions& options() const { return options_; }
  const client::Partitions& partitions() const { return partitions_; }
  const ConsumerStats& stats() const { return stats_; }
  Ended ended() const { return ended_; }
  Result<void> status() const;

 private:
  enum class Current : uint8_t { none, open, kept };

  // consumer.cc
  bool take(client::MessageHandle message);
  void fill_record(const rd_kafka_message_t& message, const client::Partition& partition);
  void finish_current();
  Result<void> refill();
  Result<const RawRecord*> end(Ended why);
  void meet_error(rd_kafka_resp_err_t error, std::string_view text);

  // consumer_group.cc
  void serve_events();
  void on_event(rd_kafka_event_t* event);
  void on_rebalance(rd_kafka_event_t* event);
  void take_partitions(const rd_kafka_topic_partition_list_t* list);
  void give_partitions(const rd_kafka_topic_partition_list_t* list);
  client::Partition& adopt(TopicPartition id);
  void store_finished();
  Result<void> assign_all_partitions();

  // consumer_control.cc
  void drop_buffered(const TopicPartition& id);
  bool bring_to_close(MonoTime deadline);

  const ConsumerOptions options_;
  const SystemClock clock_;
  client::Signal signal_;
  client::KafkaHandle kafka_;
  client::QueueHandle group_queue_;  ///< rebalances, errors, logs, commit results
  client::QueueHandle data_queue_;   ///< records of all assigned partitions
  client::Partitions partitions_;
  client::DeadLetters dead_letters_;

  std::vector<rd_kafka_message_t*> fetched_;  ///< scratch for librdkafka to fill
  std::vector<client::MessageHandle> batch_;
  std::size_t cursor_ = 0;
  client::MessageHandle current_message_;
  RawRecord record_;
  Current current_ = Current::none;
  bool unassigned_ = false;  ///< without a group: the partitions are still to be found
  bool closed_ = false;
  MonoTime last_store_{};

  Ended ended_ = Ended::not_yet;
  std::optional<Error> error_;
  bool fatal_ = false;
  ConsumerStats stats_;
};

}  // namespace millrace
