#include <fmt/format.h>

#include "client/consumer_impl.h"

/// Which partitions the consumer reads: group events, and finding them all without a group.
namespace millrace {

using namespace client;

void RawConsumer::Impl::serve_events() {
  while (EventHandle event{rd_kafka_queue_poll(group_queue_.get(), 0)}) on_event(event.get());
}

void RawConsumer::Impl::on_event(rd_kafka_event_t* event) {
  auto error = rd_kafka_event_error(event);
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
      return on_rebalance(event);
    case RD_KAFKA_EVENT_LOG:
      return forward_log(options_.logger, event);
    case RD_KAFKA_EVENT_STATS:
      return options_.logger.debug("librdkafka statistics",
                                   kv("json", rd_kafka_event_stats(event)));
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
      if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR__NO_OFFSET) {
        options_.logger.warn("offset commit failed", kv("error", rd_kafka_err2str(error)));
      }
      return;
    case RD_KAFKA_EVENT_ERROR:
      fatal_ = fatal_ || rd_kafka_event_error_is_fatal(event) != 0;
      return meet_error(error, rd_kafka_event_error_string(event));
    default:
      return;
  }
}

void RawConsumer::Impl::on_rebalance(rd_kafka_event_t* event) {
  const auto* list = rd_kafka_event_topic_partition_list(event);
  switch (rd_kafka_event_error(event)) {
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
      return take_partitions(list);
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
      return give_partitions(list);
    default:
      options_.logger.warn("rebalance failed",
                           kv("error", rd_kafka_err2str(rd_kafka_event_error(event))));
      rd_kafka_assign(kafka_.get(), nullptr);
      partitions_.clear();
  }
}

namespace {

bool is_cooperative(rd_kafka_t* kafka) {
  const char* protocol = rd_kafka_rebalance_protocol(kafka);
  return protocol != nullptr && std::string_view(protocol) == "COOPERATIVE";
}

void log_hook(const Logger& logger, const Result<void>& outcome) {
  if (outcome) return;
  logger.error("a rebalance hook threw", kv("error", outcome.error().message()));
}

}  // namespace

void RawConsumer::Impl::take_partitions(const rd_kafka_topic_partition_list_t* list) {
  auto places = places_of(list);
  // Forwarded before fetching starts, so that no record ever reaches the group queue.
  for (auto& place : places) adopt({place.topic, place.partition});
  ErrorHandle error;
  if (is_cooperative(kafka_.get())) {
    error.reset(rd_kafka_incremental_assign(kafka_.get(), list));
  } else if (auto code = rd_kafka_assign(kafka_.get(), list)) {
    error.reset(rd_kafka_error_new(code, "%s", rd_kafka_err2str(code)));
  }
  if (error) return fail_with(error_of(error, "assign"));
  options_.logger.info("partitions assigned", kv("group", options_.group),
                       kv("count", places.size()));
  if (!options_.on_assigned) return;
  log_hook(options_.logger, guarded([&] { options_.on_assigned(std::move(places)); }));
}

void RawConsumer::Impl::give_partitions(const rd_kafka_topic_partition_list_t* list) {
  auto places = places_of(list);
  bool lost = rd_kafka_assignment_lost(kafka_.get()) != 0;
  store_finished();
  options_.logger.info("partitions revoked", kv("group", options_.group),
                       kv("count", places.size()), kv("lost", lost));
  if (options_.on_revoked) {
    log_hook(options_.logger, guarded([&] { options_.on_revoked(places, lost); }));
    store_finished();
  }
  if (is_cooperative(kafka_.get())) {
    ErrorHandle error(rd_kafka_incremental_unassign(kafka_.get(), list));
    if (error) fail_with(error_of(error, "unassign"));
  } else {
    rd_kafka_assign(kafka_.get(), nullptr);
  }
  for (const auto& place : places) partitions_.remove({place.topic, place.partition});
}

Partition& RawConsumer::Impl::adopt(TopicPartition id) {
  auto& partition = partitions_.add(std::move(id));
  partition.queue.reset(rd_kafka_queue_get_partition(kafka_.get(), partition.id.topic.c_str(),
                                                     partition.id.partition.value()));
  if (partition.queue) rd_kafka_queue_forward(partition.queue.get(), data_queue_.get());
  return partition;
}

void RawConsumer::Impl::store_finished() {
  auto unstored = partitions_.take_unstored();
  if (unstored.empty() || options_.group.empty()) return;
  if (auto error = rd_kafka_offsets_store(kafka_.get(), list_of(unstored).get())) {
    options_.logger.warn("offsets not stored", kv("error", rd_kafka_err2str(error)));
  }
}

/// Without a group there is nobody to assign partitions. A topic that does not exist yet is asked
/// for again at the next turn of the loop.
Result<void> RawConsumer::Impl::assign_all_partitions() {
  constexpr int metadata_ms = 1000;
  std::vector<TopicPartitionOffset> places;
  auto start = options_.auto_offset_reset == Reset::earliest ? offset_beginning : offset_end;
  for (const auto& topic : options_.topics) {
    TopicHandle handle(rd_kafka_topic_new(kafka_.get(), topic.c_str(), nullptr));
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(kafka_.get(), 0, handle.get(), &metadata, metadata_ms) != 0) return {};
    MetadataHandle owner(metadata);
    const auto& found = metadata->topics[0];
    if (metadata->topic_cnt != 1 || found.partition_cnt == 0) return {};
    for (int i = 0; i < found.partition_cnt; ++i) {
      places.push_back({topic, PartitionId(found.partitions[i].id), start});
    }
  }
  unassigned_ = false;
  return assign(places);
}

}  // namespace millrace
