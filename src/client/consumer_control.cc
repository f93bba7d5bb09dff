#include <fmt/format.h>

#include <algorithm>

#include "client/consumer_impl.h"

/// What a user may ask of a consumer besides its records: commit, seek, pause, close.
namespace millrace {

using namespace client;

namespace {

std::vector<TopicPartitionOffset> as_places(const std::vector<TopicPartition>& ids) {
  std::vector<TopicPartitionOffset> places;
  for (const auto& id : ids) places.push_back({id.topic, id.partition, offset_committed});
  return places;
}

/// The first error of a list whose elements each carry one.
Result<void> check_elements(const rd_kafka_topic_partition_list_t& list, std::string_view doing) {
  for (int i = 0; i < list.cnt; ++i) {
    const auto& element = list.elems[i];
    if (element.err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    auto what = fmt::format("{} {}-{}", doing, element.topic, element.partition);
    return fail(error_of(element.err, what));
  }
  return {};
}

}  // namespace

Result<void> RawConsumer::Impl::commit(Milliseconds timeout) {
  if (options_.group.empty())
    return fail(Errc::invalid_argument, "commit: the consumer has no group");
  if (current_ == Current::open) {
    finish_current();
    current_ = Current::open;
  }
  store_finished();
  QueueHandle answer(rd_kafka_queue_new(kafka_.get()));
  auto asked = rd_kafka_commit_queue(kafka_.get(), nullptr, answer.get(), nullptr, nullptr);
  if (asked == RD_KAFKA_RESP_ERR__NO_OFFSET) return {};
  MR_TRY(result_of(asked, "commit"));
  EventHandle event(rd_kafka_queue_poll(answer.get(), static_cast<int>(timeout.count())));
  if (!event) {
    return fail(Errc::timed_out, fmt::format("commit: no answer after {} ms", timeout.count()));
  }
  auto error = rd_kafka_event_error(event.get());
  if (error == RD_KAFKA_RESP_ERR__NO_OFFSET) return {};
  return result_of(error, "commit");
}

Result<void> RawConsumer::Impl::commit_async() {
  if (options_.group.empty())
    return fail(Errc::invalid_argument, "commit: the consumer has no group");
  if (current_ == Current::open) {
    finish_current();
    current_ = Current::open;
  }
  store_finished();
  auto error = rd_kafka_commit(kafka_.get(), nullptr, 1);
  if (error == RD_KAFKA_RESP_ERR__NO_OFFSET) return {};
  return result_of(error, "commit");
}

Result<void> RawConsumer::Impl::assign(const std::vector<TopicPartitionOffset>& places) {
  store_finished();
  MR_TRY(result_of(rd_kafka_assign(kafka_.get(), nullptr), "unassign"));
  partitions_.clear();
  batch_.clear();
  cursor_ = 0;
  current_ = Current::none;
  for (const auto& place : places) adopt({place.topic, place.partition});
  return result_of(rd_kafka_assign(kafka_.get(), list_of(places).get()), "assign");
}

/// Forgets what was fetched of a partition and not handed out.
void RawConsumer::Impl::drop_buffered(const TopicPartition& id) {
  auto* partition = partitions_.find(id);
  partition->held.clear();
  auto first = batch_.begin() + static_cast<std::ptrdiff_t>(cursor_);
  batch_.erase(std::remove_if(first, batch_.end(),
                              [&](const auto& message) {
                                return partitions_.find(*message) == partitions_.find(id);
                              }),
               batch_.end());
  bool is_current = current_ == Current::kept && partitions_.find(*current_message_) == partition;
  if (is_current) current_ = Current::none;
}

Result<void> RawConsumer::Impl::seek(const TopicPartitionOffset& place, Milliseconds timeout) {
  TopicPartition id{place.topic, place.partition};
  auto* partition = partitions_.find(id);
  if (partition == nullptr) {
    return fail(Errc::not_found,
                fmt::format("seek: {}-{} is not assigned", place.topic, place.partition));
  }
  drop_buffered(id);
  auto list = list_of({&place, 1});
  // Before 2.1 librdkafka takes these milliseconds for microseconds.
  constexpr int fixed_in = 0x020100ff;
  auto unit = rd_kafka_version() < fixed_in ? int64_t{1000} : int64_t{1};
  auto wait = std::min<int64_t>(timeout.count() * unit, 2'000'000'000);
  ErrorHandle error(rd_kafka_seek_partitions(kafka_.get(), list.get(), static_cast<int>(wait)));
  MR_TRY(result_of(error, "seek"));
  MR_TRY(check_elements(*list, "seek"));
  partition->position = place.offset.value();
  partition->at_end = false;
  return {};
}

Result<void> RawConsumer::Impl::pause(const std::vector<TopicPartition>& ids) {
  auto list = list_of(as_places(ids));
  MR_TRY(result_of(rd_kafka_pause_partitions(kafka_.get(), list.get()), "pause"));
  MR_TRY(check_elements(*list, "pause"));
  for (const auto& id : ids) {
    if (auto* partition = partitions_.find(id)) partition->paused = true;
  }
  return {};
}

Result<void> RawConsumer::Impl::resume(const std::vector<TopicPartition>& ids) {
  // Resuming a partition that is not paused can make librdkafka jump back.
  std::vector<TopicPartition> paused;
  for (const auto& id : ids) {
    auto* partition = partitions_.find(id);
    if (partition == nullptr || !partition->paused) continue;
    partition->paused = false;
    batch_.insert(batch_.begin() + static_cast<std::ptrdiff_t>(cursor_),
                  std::make_move_iterator(partition->held.begin()),
                  std::make_move_iterator(partition->held.end()));
    partition->held.clear();
    paused.push_back(id);
  }
  if (paused.empty()) return {};
  auto list = list_of(as_places(paused));
  MR_TRY(result_of(rd_kafka_resume_partitions(kafka_.get(), list.get()), "resume"));
  return check_elements(*list, "resume");
}

std::vector<PartitionPosition> RawConsumer::Impl::positions() const {
  std::vector<PartitionPosition> positions;
  for (const auto& partition : partitions_.all()) {
    const auto& id = partition.id;
    int64_t low = 0;
    int64_t high = 0;
    auto error = rd_kafka_get_watermark_offsets(kafka_.get(), id.topic.c_str(),
                                                id.partition.value(), &low, &high);
    bool known = error == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 && partition.position >= 0;
    positions.push_back({.partition = id,
                         .position = Offset(partition.position),
                         .lag = known ? std::max<int64_t>(0, high - partition.position) : -1,
                         .at_end = partition.at_end});
  }
  return positions;
}

Result<std::vector<TopicPartitionOffset>> RawConsumer::Impl::committed(Milliseconds timeout) {
  std::vector<TopicPartitionOffset> places;
  for (const auto& partition : partitions_.all()) {
    places.push_back({partition.id.topic, partition.id.partition, offset_committed});
  }
  auto list = list_of(places);
  auto error = rd_kafka_committed(kafka_.get(), list.get(), static_cast<int>(timeout.count()));
  MR_TRY(result_of(error, "committed offsets"));
  MR_TRY(check_elements(*list, "committed offset of"));
  return places_of(list.get());
}

Result<void> RawConsumer::Impl::close() {
  if (closed_) return {};
  closed_ = true;
  store_finished();
  bool in_time = bring_to_close(clock_.mono_now() + options_.close_timeout);

  rd_kafka_queue_cb_event_enable(group_queue_.get(), nullptr, nullptr);
  rd_kafka_queue_cb_event_enable(data_queue_.get(), nullptr, nullptr);
  current_ = Current::none;
  current_message_.reset();
  batch_.clear();
  partitions_.clear();
  data_queue_.reset();
  group_queue_.reset();
  // After a close in time there is nothing left to wait for; otherwise waiting was enough.
  rd_kafka_destroy_flags(kafka_.release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  if (in_time) return {};
  return fail(Errc::timed_out,
              fmt::format("consumer of group '{}' not closed within {} ms; offsets since the last "
                          "commit may be lost, their records will come again",
                          options_.group, options_.close_timeout.count()));
}

/// Revokes, commits and leaves the group; false when the deadline came first.
bool RawConsumer::Impl::bring_to_close(MonoTime deadline) {
  QueueHandle events(rd_kafka_queue_new(kafka_.get()));
  ErrorHandle error(rd_kafka_consumer_close_queue(kafka_.get(), events.get()));
  if (error) {
    options_.logger.warn("consumer close failed", kv("error", rd_kafka_error_string(error.get())));
    return false;
  }
  constexpr int poll_ms = 50;
  while (rd_kafka_consumer_closed(kafka_.get()) == 0) {
    if (clock_.mono_now() >= deadline) return false;
    EventHandle event(rd_kafka_queue_poll(events.get(), poll_ms));
    if (event) on_event(event.get());
  }
  return true;
}

RawConsumer::Impl::~Impl() {
  if (auto closed = close(); !closed) {
    options_.logger.warn("consumer closed late", kv("error", closed.error().message()));
  }
}

}  // namespace millrace
