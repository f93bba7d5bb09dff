#include "fraud/kafka/group_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace millrace::fraud {
namespace {

using namespace client;

constexpr int offsets_timeout_ms = 30'000;

Result<KafkaHandle> start(const GroupReaderConfig& config) {
  Config conf;
  const std::pair<const char*, std::string> settings[] = {
      {"bootstrap.servers", config.brokers},
      {"client.id", "millrace-" + config.group},
      {"group.id", config.group},
      {"group.instance.id", config.group + "-" + config.instance},
      {"auto.offset.reset", "earliest"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"enable.partition.eof", "true"},
      {"isolation.level", "read_committed"},
      {"session.timeout.ms", fmt::format("{}", config.session_timeout.count())},
      {"heartbeat.interval.ms", fmt::format("{}", config.session_timeout.count() / 5)},
      {"fetch.wait.max.ms", "100"},
      {"topic.metadata.refresh.interval.ms", "10000"},
  };
  for (const auto& [name, value] : settings) MR_TRY(conf.set(name, value));
  MR_TRY(conf.apply(config.props, {}));
  conf.enable_events(RD_KAFKA_EVENT_REBALANCE);
  return conf.start(RD_KAFKA_CONSUMER);
}

bool is_passing(rd_kafka_resp_err_t error) {
  const Errc code = code_of(error);
  return code == Errc::unavailable || code == Errc::timed_out || code == Errc::not_found ||
         error == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED;
}

}  // namespace

Result<std::unique_ptr<GroupReader>> GroupReader::open(GroupReaderConfig config, Logger log) {
  MR_TRY(auto kafka, start(config));
  MR_TRY(result_of(rd_kafka_poll_set_consumer(kafka.get()), "consumer queue"));
  const PartitionList topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), config.topic.c_str(), RD_KAFKA_PARTITION_UA);
  MR_TRY(result_of(rd_kafka_subscribe(kafka.get(), topics.get()), "subscribe"));
  return std::unique_ptr<GroupReader>(new GroupReader(std::move(config), std::move(kafka), log));
}

GroupReader::GroupReader(GroupReaderConfig config, KafkaHandle kafka, Logger log)
    : config_(std::move(config)),
      log_(log),
      kafka_(std::move(kafka)),
      group_queue_(rd_kafka_queue_get_consumer(kafka_.get())),
      data_queue_(rd_kafka_queue_new(kafka_.get())),
      fetched_(config_.batch_records) {}

/// Without rd_kafka_consumer_close(), which would wait for the broker: a static member does not
/// leave its group when it closes, so there is nothing to tell it.
GroupReader::~GroupReader() {
  forwarded_.clear();
  group_queue_.reset();
  data_queue_.reset();
  rd_kafka_destroy_flags(kafka_.release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

Result<void> GroupReader::poll(Handler& handler, Milliseconds wait) {
  MR_TRY(serve_events(handler));
  // A batch call waits until the batch is full or the time is up; one message is handed out as soon
  // as it is there, and whatever lies behind it comes along.
  const MessageHandle first(
      rd_kafka_consume_queue(data_queue_.get(), static_cast<int>(wait.count())));
  if (!first) return {};
  Result<void> outcome = hand_out(handler, *first);
  const ssize_t count =
      rd_kafka_consume_batch_queue(data_queue_.get(), 0, fetched_.data(), fetched_.size());
  for (ssize_t i = 0; i < count; ++i) {
    const MessageHandle message(fetched_[static_cast<size_t>(i)]);
    if (outcome) outcome = hand_out(handler, *message);
  }
  return outcome;
}

Result<void> GroupReader::hand_out(Handler& handler, rd_kafka_message_t& message) {
  const auto partition =
      std::find_if(partitions_.begin(), partitions_.end(),
                   [&](const Partition& ours) { return ours.id.value() == message.partition; });
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (partition == partitions_.end()) return {};  // revoked while it lay in the queue
    partition->position = Offset(message.offset + 1);
    partition->at_end = false;
    return handler.on_message(message);
  }
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    if (partition == partitions_.end()) return {};
    partition->position = Offset(message.offset);
    partition->at_end = true;
    return {};
  }
  if (!is_passing(message.err)) return fail(error_of(message.err, config_.topic));
  log_.warn("reading meets an error", kv("topic", config_.topic),
            kv("error", rd_kafka_message_errstr(&message)));
  return {};
}

Result<void> GroupReader::serve_events(Handler& handler) {
  while (const EventHandle event{rd_kafka_queue_poll(group_queue_.get(), 0)}) {
    MR_TRY(on_event(handler, event.get()));
  }
  return {};
}

Result<void> GroupReader::on_event(Handler& handler, rd_kafka_event_t* event) {
  const auto error = rd_kafka_event_error(event);
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_LOG:
      forward_log(log_, event);
      return {};
    case RD_KAFKA_EVENT_ERROR:
      if (rd_kafka_event_error_is_fatal(event) != 0) return fail(fatal_error());
      if (!is_passing(error)) return fail(error_of(error, config_.topic));
      log_.warn("the group meets an error", kv("group", config_.group),
                kv("error", rd_kafka_event_error_string(event)));
      return {};
    case RD_KAFKA_EVENT_REBALANCE: {
      const auto* list = rd_kafka_event_topic_partition_list(event);
      if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) return on_assign(handler, list);
      return on_revoke(handler, list);
    }
    default:
      return {};
  }
}

Error GroupReader::fatal_error() const {
  std::array<char, 256> reason{};
  const auto code = rd_kafka_fatal_error(kafka_.get(), reason.data(), reason.size());
  if (code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID) {
    return {Errc::fenced,
            fmt::format("another instance of group {} has started under the name {}-{}",
                        config_.group, config_.group, config_.instance)};
  }
  return {code_of(code), fmt::format("group {}: {}", config_.group, reason.data())};
}

Result<void> GroupReader::on_assign(Handler& handler, const rd_kafka_topic_partition_list_t* list) {
  MR_TRY(const auto known, committed(list));
  partitions_.clear();
  paused_ = false;
  for (const Committed& partition : known) partitions_.push_back({partition.partition});
  MR_TRY(const auto starts, handler.on_assigned(known));

  const auto otherwise = config_.from == Reset::earliest ? offset_beginning : offset_end;
  std::vector<TopicPartitionOffset> places;
  for (size_t i = 0; i < known.size(); ++i) {
    places.push_back({config_.topic, known[i].partition, known[i].next ? starts[i] : otherwise});
    // Forwarded before fetching starts, so that no record ever reaches the group queue.
    QueueHandle queue(rd_kafka_queue_get_partition(kafka_.get(), config_.topic.c_str(),
                                                   known[i].partition.value()));
    if (queue) rd_kafka_queue_forward(queue.get(), data_queue_.get());
    forwarded_.push_back(std::move(queue));
  }
  return result_of(rd_kafka_assign(kafka_.get(), list_of(places).get()), "assign");
}

Result<void> GroupReader::on_revoke(Handler& handler, const rd_kafka_topic_partition_list_t* list) {
  std::vector<PartitionId> gone;
  for (const auto& place : places_of(list)) gone.push_back(place.partition);
  const bool lost = rd_kafka_assignment_lost(kafka_.get()) != 0;
  const auto handled = handler.on_revoked(gone, lost);
  partitions_.clear();
  forwarded_.clear();
  MR_TRY(result_of(rd_kafka_assign(kafka_.get(), nullptr), "unassign"));
  return handled;
}

Result<std::vector<GroupReader::Committed>> GroupReader::committed(
    const rd_kafka_topic_partition_list_t* list) {
  const PartitionList asked(rd_kafka_topic_partition_list_copy(list));
  MR_TRY(result_of(rd_kafka_committed(kafka_.get(), asked.get(), offsets_timeout_ms),
                   "committed offsets of group " + config_.group));
  std::vector<Committed> known;
  for (int i = 0; i < asked->cnt; ++i) {
    const auto& element = asked->elems[i];
    MR_TRY(result_of(element.err, "committed offset"));
    Committed& partition = known.emplace_back();
    partition.partition = PartitionId(element.partition);
    if (element.offset >= 0) partition.next = Offset(element.offset);
    partition.note.assign(static_cast<const char*>(element.metadata), element.metadata_size);
  }
  return known;
}

Result<void> GroupReader::commit(std::span<const Committed> offsets) {
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const Committed& done : offsets) {
    auto* element = rd_kafka_topic_partition_list_add(list.get(), config_.topic.c_str(),
                                                      done.partition.value());
    element->offset = done.next.value_or(Offset(RD_KAFKA_OFFSET_INVALID)).value();
    // librdkafka frees it with the list, by rd_free, which is free().
    element->metadata = ::strndup(done.note.data(), done.note.size());
    element->metadata_size = done.note.size();
  }
  constexpr int wait_for_the_answer = 0;
  const auto error = rd_kafka_commit(kafka_.get(), list.get(), wait_for_the_answer);
  if (error == RD_KAFKA_RESP_ERR__FATAL) return fail(fatal_error());
  return result_of(error, "commit of group " + config_.group);
}

bool GroupReader::at_end() const {
  return !partitions_.empty() &&
         std::all_of(partitions_.begin(), partitions_.end(),
                     [](const Partition& partition) { return partition.at_end; });
}

Result<void> GroupReader::pause(bool paused) {
  if (paused == paused_) return {};
  paused_ = paused;
  std::vector<TopicPartitionOffset> all;
  for (const Partition& partition : partitions_) {
    all.push_back({config_.topic, partition.id, partition.position});
  }
  const PartitionList list = list_of(all);
  return result_of(paused ? rd_kafka_pause_partitions(kafka_.get(), list.get())
                          : rd_kafka_resume_partitions(kafka_.get(), list.get()),
                   paused ? "pause" : "resume");
}

int64_t GroupReader::lag() const {
  int64_t behind = 0;
  for (const Partition& partition : partitions_) {
    if (partition.position.value() < 0) continue;
    int64_t low = 0;
    int64_t high = 0;
    const auto error = rd_kafka_get_watermark_offsets(kafka_.get(), config_.topic.c_str(),
                                                      partition.id.value(), &low, &high);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    behind += std::max<int64_t>(0, high - partition.position.value());
  }
  return behind;
}

std::optional<std::string> header_of(const rd_kafka_message_t& message, const char* name) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  const void* value = nullptr;
  size_t size = 0;
  if (rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      value == nullptr) {
    return std::nullopt;
  }
  return std::string(static_cast<const char*>(value), size);
}

std::string_view value_of(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.payload == nullptr ? 0 : message.len};
}

}  // namespace millrace::fraud
