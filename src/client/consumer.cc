#include "millrace/consumer.h"

#include <algorithm>

#include "client/consumer_config.h"
#include "client/consumer_impl.h"

namespace millrace {

using namespace client;

namespace {

constexpr Milliseconds store_interval{500};

void ring(rd_kafka_t*, void* signal) {
  static_cast<Signal*>(signal)->raise();
}

NullableBytes bytes_of(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return Bytes(static_cast<const std::byte*>(data), size);
}

void read_headers(const rd_kafka_message_t& message, Headers& out) {
  out.clear();
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    auto& header = out.emplace_back();
    header.name = name;
    if (value != nullptr) header.value.emplace(static_cast<const char*>(value), size);
  }
}

/// Errors that time or a broker's return will cure.
bool is_passing(rd_kafka_resp_err_t error) {
  auto code = code_of(error);
  return code == Errc::unavailable || code == Errc::timed_out || code == Errc::not_found ||
         error == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED;
}

}  // namespace

RawConsumer::Impl::Impl(ConsumerOptions options, KafkaHandle kafka)
    : options_(std::move(options)),
      kafka_(std::move(kafka)),
      group_queue_(rd_kafka_queue_get_consumer(kafka_.get())),
      data_queue_(rd_kafka_queue_new(kafka_.get())),
      dead_letters_(options_),
      fetched_(options_.batch_records) {
  rd_kafka_queue_cb_event_enable(group_queue_.get(), &ring, &signal_);
  rd_kafka_queue_cb_event_enable(data_queue_.get(), &ring, &signal_);
}

Result<void> RawConsumer::Impl::start() {
  MR_TRY(result_of(rd_kafka_poll_set_consumer(kafka_.get()), "consumer queue"));
  if (options_.topics.empty()) return {};
  unassigned_ = options_.group.empty();
  if (unassigned_) return {};
  std::vector<TopicPartitionOffset> topics;
  for (const auto& topic : options_.topics) {
    topics.push_back({topic, PartitionId(RD_KAFKA_PARTITION_UA), offset_committed});
  }
  return result_of(rd_kafka_subscribe(kafka_.get(), list_of(topics).get()), "subscribe");
}

Result<const RawRecord*> RawConsumer::Impl::next(const std::stop_token& stop) {
  if (!fatal_) error_.reset();
  ended_ = Ended::not_yet;
  if (current_ == Current::open) finish_current();
  std::optional<MonoTime> idle_since;
  for (;;) {
    if (stop.stop_requested()) return end(Ended::stopped);
    if (error_) return end(Ended::failed);
    if (current_ == Current::kept) {
      current_ = Current::open;
      return &record_;
    }
    if (cursor_ < batch_.size()) {
      if (take(std::move(batch_[cursor_++]))) return &record_;
      continue;
    }
    signal_.clear();
    MR_TRY(refill());
    if (error_ || !batch_.empty()) continue;
    if (options_.stop_at_end && partitions_.all_at_end()) return end(Ended::at_end);
    auto now = clock_.mono_now();
    if (!idle_since) idle_since = now;
    // Polled every second at least: that is what keeps max_poll_interval at bay.
    auto wake = now + std::chrono::seconds(1);
    if (options_.idle_timeout) {
      auto idle_until = *idle_since + *options_.idle_timeout;
      if (now >= idle_until) return end(Ended::idle);
      wake = std::min<MonoTime>(wake, idle_until);
    }
    signal_.wait(stop, wake);
  }
}

/// Between batches: what was processed is stored, group events are met, and new records taken.
Result<void> RawConsumer::Impl::refill() {
  store_finished();
  batch_.clear();
  cursor_ = 0;
  serve_events();
  if (unassigned_) MR_TRY(assign_all_partitions());
  auto count = rd_kafka_consume_batch_queue(data_queue_.get(), 0, fetched_.data(), fetched_.size());
  for (ssize_t i = 0; i < count; ++i) batch_.emplace_back(fetched_[static_cast<std::size_t>(i)]);
  return {};
}

/// True when it is a record to hand out.
bool RawConsumer::Impl::take(MessageHandle message) {
  auto* partition = partitions_.find(*message);
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    if (partition != nullptr) partition->at_end = true;
    return false;
  }
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    meet_error(message->err, rd_kafka_message_errstr(message.get()));
    return false;
  }
  if (partition == nullptr) return false;  // revoked while it lay in the batch
  if (partition->paused) {
    partition->held.push_back(std::move(message));
    return false;
  }
  fill_record(*message, *partition);
  partition->position = message->offset + 1;
  partition->at_end = false;
  current_message_ = std::move(message);
  current_ = Current::open;
  ++stats_.records;
  return true;
}

void RawConsumer::Impl::fill_record(const rd_kafka_message_t& message, const Partition& partition) {
  record_.topic = partition.id.topic;
  record_.partition = partition.id.partition;
  record_.offset = Offset(message.offset);
  record_.timestamp = Timestamp(rd_kafka_message_timestamp(&message, nullptr));
  record_.key = bytes_of(message.key, message.key_len);
  record_.value = bytes_of(message.payload, message.len);
  read_headers(message, record_.headers);
}

/// The current record is processed: its offset may be committed from here on.
void RawConsumer::Impl::finish_current() {
  current_ = Current::none;
  if (auto* partition = partitions_.find(*current_message_)) {
    partition->done = current_message_->offset + 1;
    partition->stored = false;
  }
  if (auto now = clock_.mono_now(); now - last_store_ >= store_interval) {
    last_store_ = now;
    store_finished();  // a slow body must not hold back the commits of a whole batch
  }
}

void RawConsumer::Impl::keep_current() {
  if (current_ == Current::open) current_ = Current::kept;
}

Result<const RawRecord*> RawConsumer::Impl::end(Ended why) {
  ended_ = why;
  if (why == Ended::failed) return fail(*error_);
  store_finished();
  return nullptr;
}

Result<void> RawConsumer::Impl::status() const {
  if (ended_ == Ended::failed) return fail(*error_);
  return {};
}

void RawConsumer::Impl::fail_with(Error error) {
  options_.logger.error("consumer stops", kv("error", error.message()));
  error_ = std::move(error);
  ended_ = Ended::failed;
}

void RawConsumer::Impl::meet_error(rd_kafka_resp_err_t error, std::string_view text) {
  if (is_passing(error)) {
    options_.logger.warn("consumer meets an error", kv("error", text));
    return;
  }
  fail_with({code_of(error), std::string(text)});
}

Result<void> RawConsumer::Impl::give_up(const Failure& failure) {
  const auto& log = options_.logger;
  switch (options_.on_error.finally) {
    case OnError::Finally::fail: {
      keep_current();
      auto where = fmt::format("{}-{} offset {}", record_.topic, record_.partition, record_.offset);
      return fail_at(where, failure.error);
    }
    case OnError::Finally::skip:
      ++stats_.skipped;
      log.warn("record skipped", kv("topic", record_.topic), kv("partition", record_.partition),
               kv("offset", record_.offset), kv("error", failure.error.message()));
      break;
    case OnError::Finally::dead_letter:
      if (auto written = dead_letters_.write(record_, failure); !written) {
        keep_current();
        return fail(std::move(written).error());
      }
      ++stats_.dead_lettered;
      log.warn("record sent to the dead letters", kv("topic", record_.topic),
               kv("partition", record_.partition), kv("offset", record_.offset),
               kv("error", failure.error.message()));
      break;
  }
  finish_current();
  return {};
}

bool RawConsumer::Impl::wait_to_retry(int attempts, const std::stop_token& stop) {
  auto until = clock_.mono_now() + options_.on_error.wait_after(attempts);
  if (!signal_.sleep(stop, until)) {
    keep_current();
    ended_ = Ended::stopped;
    return false;
  }
  ++stats_.retries;
  return true;
}

Result<RawConsumer> RawConsumer::open(ConsumerOptions options) {
  MR_TRY(auto config, configure(options));
  MR_TRY(auto kafka, config.start(RD_KAFKA_CONSUMER));
  auto impl = std::make_unique<Impl>(std::move(options), std::move(kafka));
  MR_TRY(impl->start());
  return RawConsumer(std::move(impl));
}

RawConsumer::RawConsumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RawConsumer::~RawConsumer() = default;
RawConsumer::RawConsumer(RawConsumer&&) noexcept = default;
RawConsumer& RawConsumer::operator=(RawConsumer&&) noexcept = default;

Result<const RawRecord*> RawConsumer::next(const std::stop_token& stop) {
  return impl_->next(stop);
}
void RawConsumer::keep_current() {
  impl_->keep_current();
}
Result<void> RawConsumer::give_up(const Failure& failure) {
  return impl_->give_up(failure);
}
bool RawConsumer::wait_to_retry(int attempts, const std::stop_token& stop) {
  return impl_->wait_to_retry(attempts, stop);
}
void RawConsumer::fail_with(Error error) {
  impl_->fail_with(std::move(error));
}
const OnError& RawConsumer::on_error() const {
  return impl_->options().on_error;
}
Ended RawConsumer::ended() const {
  return impl_->ended();
}
Result<void> RawConsumer::status() const {
  return impl_->status();
}
Result<void> RawConsumer::commit(Milliseconds timeout) {
  return impl_->commit(timeout);
}
Result<void> RawConsumer::commit_async() {
  return impl_->commit_async();
}
Result<void> RawConsumer::assign(const std::vector<TopicPartitionOffset>& places) {
  return impl_->assign(places);
}
Result<void> RawConsumer::seek(const TopicPartitionOffset& place, Milliseconds timeout) {
  return impl_->seek(place, timeout);
}
Result<void> RawConsumer::pause(const std::vector<TopicPartition>& partitions) {
  return impl_->pause(partitions);
}
Result<void> RawConsumer::resume(const std::vector<TopicPartition>& partitions) {
  return impl_->resume(partitions);
}
std::vector<PartitionPosition> RawConsumer::positions() const {
  return impl_->positions();
}
bool RawConsumer::at_end() const {
  return impl_->partitions().all_at_end();
}
Result<std::vector<TopicPartitionOffset>> RawConsumer::committed(Milliseconds timeout) {
  return impl_->committed(timeout);
}
Result<void> RawConsumer::close() {
  return impl_->close();
}
ConsumerStats RawConsumer::stats() const {
  return impl_->stats();
}

}  // namespace millrace
