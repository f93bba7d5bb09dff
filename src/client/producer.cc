#include "millrace/producer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "client/delivery_state.h"
#include "client/kafka.h"

namespace millrace {

using namespace client;

namespace {

constexpr std::string_view reserved_properties[] = {"dr_cb",
                                                    "dr_msg_cb",
                                                    "error_cb",
                                                    "log_cb",
                                                    "opaque",
                                                    "log.queue",
                                                    "delivery.report.only.error"};

std::string_view name_of(Compression codec) {
  constexpr std::string_view names[] = {"none", "gzip", "snappy", "lz4", "zstd"};
  return names[static_cast<std::size_t>(codec)];
}

Result<Config> configure(const ProducerOptions& options) {
  Config config;
  bool idempotent = options.idempotence.value_or(options.acks == Acks::all);
  auto queue_kib = std::max<std::size_t>(1, options.queue_bytes / 1024);
  const std::pair<const char*, std::string> settings[] = {
      {"bootstrap.servers", options.bootstrap},
      {"client.id", options.client_id},
      {"acks", fmt::format("{}", static_cast<int>(options.acks))},
      {"enable.idempotence", idempotent ? "true" : "false"},
      {"compression.codec", std::string(name_of(options.compression))},
      {"linger.ms", fmt::format("{}", options.linger.count())},
      {"batch.size", fmt::format("{}", options.batch_bytes)},
      {"retries", fmt::format("{}", options.retries)},
      {"retry.backoff.ms", fmt::format("{}", options.retry_backoff.count())},
      {"delivery.timeout.ms", fmt::format("{}", options.delivery_timeout.count())},
      {"queue.buffering.max.messages", fmt::format("{}", options.queue_records)},
      {"queue.buffering.max.kbytes", fmt::format("{}", queue_kib)},
      {"partitioner", options.partitioner},
  };
  for (const auto& [name, value] : settings) MR_TRY(config.set(name, value));
  MR_TRY(config.apply(options.props, reserved_properties));
  config.enable_events(RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_STATS);
  return config;
}

/// librdkafka's copy of the headers; null when there are none.
HeadersHandle headers_of(const Headers& headers) {
  if (headers.empty()) return nullptr;
  HeadersHandle list(rd_kafka_headers_new(headers.size()));
  for (const auto& header : headers) {
    const void* value = header.value ? header.value->data() : nullptr;
    auto size = header.value ? static_cast<ssize_t>(header.value->size()) : 0;
    rd_kafka_header_add(list.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        value, size);
  }
  return list;
}

void* pointer_of(NullableBytes bytes) {
  // An empty span may have a null pointer, which librdkafka would take for a null key or value.
  static constexpr std::byte empty{};
  if (!bytes) return nullptr;
  const auto* data = bytes->empty() ? &empty : bytes->data();
  return const_cast<std::byte*>(data);  // the C API lacks const; it copies from here
}

std::size_t size_of(NullableBytes bytes) {
  return bytes ? bytes->size() : 0;
}

Result<RecordMetadata> outcome_of(const rd_kafka_message_t& message) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    auto where = fmt::format("delivery to topic '{}'", rd_kafka_topic_name(message.rkt));
    return fail(error_of(message.err, where));
  }
  return RecordMetadata{PartitionId(message.partition), Offset(message.offset),
                        Timestamp(rd_kafka_message_timestamp(&message, nullptr))};
}

}  // namespace

class RawProducer::Impl {
 public:
  Impl(ProducerOptions options, KafkaHandle kafka)
      : options_(std::move(options)),
        kafka_(std::move(kafka)),
        queue_(rd_kafka_queue_get_main(kafka_.get())),
        delivery_thread_([this] { serve_events(); }) {}

  ~Impl() {
    if (auto closed = close(); !closed) {
      options_.logger.warn("producer closed with records lost",
                           kv("error", closed.error().message()));
    }
  }

  Delivery send(const std::string& topic, NullableBytes key, NullableBytes value,
                const SendOptions& options);
  Delivery refuse(Error error);
  Result<void> flush(Milliseconds timeout);
  Result<void> close();
  std::size_t undelivered() const { return in_flight_.load(); }
  ProducerStats stats() const { return {sent_.load(), delivered_.load(), failed_.load()}; }

 private:
  ErrorHandle enqueue(const std::string& topic, NullableBytes key, NullableBytes value,
                      const SendOptions& options, DeliveryState* state);
  bool wait_for_room(MonoTime deadline);
  Error refusal(const ErrorHandle& error, const std::string& topic) const;

  void serve_events();
  void on_event(EventHandle event);
  void on_deliveries(rd_kafka_event_t* event);
  void settle(DeliveryState& state, Result<RecordMetadata> outcome);
  void call(const Delivery::Callback& callback, const Result<RecordMetadata>& outcome);

  bool on_delivery_thread() const {
    return std::this_thread::get_id() == delivery_thread_.get_id();
  }
  Result<void> report_unseen();

  const ProducerOptions options_;
  const SystemClock clock_;
  KafkaHandle kafka_;
  QueueHandle queue_;
  std::shared_ptr<UnseenFailures> unseen_ = std::make_shared<UnseenFailures>();

  std::atomic<uint64_t> sent_{0};
  std::atomic<uint64_t> delivered_{0};
  std::atomic<uint64_t> failed_{0};
  std::atomic<std::size_t> in_flight_{0};
  std::atomic<bool> closed_{false};
  std::atomic<bool> stopping_{false};

  std::mutex mutex_;
  std::condition_variable settled_;  ///< deliveries were settled: the queue has room, or is empty
  uint64_t settled_rounds_ = 0;

  std::thread delivery_thread_;  // last: it uses everything above
};

Delivery RawProducer::Impl::send(const std::string& topic, NullableBytes key, NullableBytes value,
                                 const SendOptions& options) {
  if (closed_) return refuse({Errc::cancelled, "the producer is closed"});
  auto* state = new DeliveryState(2, unseen_);
  Delivery delivery(state);
  in_flight_.fetch_add(1);
  auto error = enqueue(topic, key, value, options, state);
  auto deadline = error ? clock_.mono_now() + options_.max_block : MonoTime();
  while (error && rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    if (!wait_for_room(deadline)) break;
    error = enqueue(topic, key, value, options, state);
  }
  sent_.fetch_add(1, std::memory_order_relaxed);
  if (error) settle(*state, fail(refusal(error, topic)));
  return delivery;
}

Error RawProducer::Impl::refusal(const ErrorHandle& error, const std::string& topic) const {
  auto refused = error_of(error, fmt::format("send to topic '{}'", topic));
  if (rd_kafka_error_code(error.get()) != RD_KAFKA_RESP_ERR__QUEUE_FULL) return refused;
  return {Errc::limit_exceeded,
          fmt::format("send queue full for {} ms (queue_records = {}, queue_bytes = {})",
                      options_.max_block.count(), options_.queue_records, options_.queue_bytes)};
}

ErrorHandle RawProducer::Impl::enqueue(const std::string& topic, NullableBytes key,
                                       NullableBytes value, const SendOptions& options,
                                       DeliveryState* state) {
  std::array<rd_kafka_vu_t, 8> fields{};
  std::size_t count = 0;
  auto next = [&](rd_kafka_vtype_t type) -> auto& {
    fields[count].vtype = type;
    return fields[count++].u;
  };
  next(RD_KAFKA_VTYPE_TOPIC).cstr = topic.c_str();
  next(RD_KAFKA_VTYPE_KEY).mem = {pointer_of(key), size_of(key)};
  next(RD_KAFKA_VTYPE_VALUE).mem = {pointer_of(value), size_of(value)};
  next(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
  next(RD_KAFKA_VTYPE_OPAQUE).ptr = state;
  if (options.partition) next(RD_KAFKA_VTYPE_PARTITION).i32 = options.partition->value();
  if (options.timestamp) next(RD_KAFKA_VTYPE_TIMESTAMP).i64 = options.timestamp->value();
  auto headers = headers_of(options.headers);
  if (headers) next(RD_KAFKA_VTYPE_HEADERS).headers = headers.get();
  ErrorHandle error(rd_kafka_produceva(kafka_.get(), fields.data(), count));
  if (!error) (void)headers.release();  // it takes the headers only when it succeeds
  return error;
}

/// False at the deadline. On the delivery thread nothing could make room while it waits.
bool RawProducer::Impl::wait_for_room(MonoTime deadline) {
  if (on_delivery_thread()) return false;
  std::unique_lock lock(mutex_);
  auto seen = settled_rounds_;
  // Room made between the refusal and this lock is noticed at the latest after one poll period.
  auto poll_until = std::min(deadline, MonoTime(clock_.mono_now() + std::chrono::milliseconds(20)));
  settled_.wait_until(lock, poll_until, [&] { return settled_rounds_ != seen; });
  return clock_.mono_now() < deadline;
}

/// The delivery of a record that never reached the queue.
Delivery RawProducer::Impl::refuse(Error error) {
  auto* state = new DeliveryState(2, unseen_);
  Delivery delivery(state);
  in_flight_.fetch_add(1);
  sent_.fetch_add(1, std::memory_order_relaxed);
  settle(*state, fail(std::move(error)));
  return delivery;
}

Result<void> RawProducer::Impl::flush(Milliseconds timeout) {
  if (on_delivery_thread()) {
    return fail(Errc::invalid_argument, "flush inside a delivery callback would wait for itself");
  }
  auto deadline = clock_.mono_now() + timeout;
  (void)rd_kafka_flush(kafka_.get(), static_cast<int>(timeout.count()));
  std::unique_lock lock(mutex_);
  settled_.wait_until(lock, deadline, [this] { return in_flight_ == 0; });
  if (auto left = undelivered(); left != 0) {
    return fail(Errc::timed_out,
                fmt::format("{} records undelivered after {} ms", left, timeout.count()));
  }
  return report_unseen();
}

Result<void> RawProducer::Impl::report_unseen() {
  auto report = unseen_->take();
  if (report.count == 0) return {};
  return fail(Errc::failed, fmt::format("{} records were not delivered; the first: {}",
                                        report.count, report.first));
}

Result<void> RawProducer::Impl::close() {
  if (closed_.exchange(true)) return {};
  auto flushed = flush(options_.close_timeout);
  if (undelivered() != 0) {
    rd_kafka_purge(kafka_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    // The purged records come back as events, which settle their deliveries.
    constexpr int purge_ms = 1000;
    (void)rd_kafka_flush(kafka_.get(), purge_ms);
  }
  stopping_ = true;
  rd_kafka_queue_yield(queue_.get());
  delivery_thread_.join();
  return flushed;
}

void RawProducer::Impl::serve_events() {
  constexpr int poll_ms = 100;
  while (!stopping_) {
    if (EventHandle event{rd_kafka_queue_poll(queue_.get(), poll_ms)}) on_event(std::move(event));
  }
  while (EventHandle event{rd_kafka_queue_poll(queue_.get(), 0)}) on_event(std::move(event));
}

void RawProducer::Impl::on_event(EventHandle event) {
  switch (rd_kafka_event_type(event.get())) {
    case RD_KAFKA_EVENT_DR:
      return on_deliveries(event.get());
    case RD_KAFKA_EVENT_LOG:
      return forward_log(options_.logger, event.get());
    case RD_KAFKA_EVENT_ERROR:
      return options_.logger.warn("producer meets an error",
                                  kv("error", rd_kafka_event_error_string(event.get())));
    case RD_KAFKA_EVENT_STATS:
      return options_.logger.debug("librdkafka statistics",
                                   kv("json", rd_kafka_event_stats(event.get())));
    default:
      return;
  }
}

void RawProducer::Impl::on_deliveries(rd_kafka_event_t* event) {
  std::array<const rd_kafka_message_t*, 256> messages;
  for (;;) {
    auto count = rd_kafka_event_message_array(event, messages.data(), messages.size());
    if (count == 0) break;
    for (std::size_t i = 0; i < count; ++i) {
      settle(*static_cast<DeliveryState*>(messages[i]->_private), outcome_of(*messages[i]));
    }
  }
  std::lock_guard lock(mutex_);
  ++settled_rounds_;
  settled_.notify_all();
}

/// Ends one record's journey: its outcome, its callback, its reference, its place in the count.
void RawProducer::Impl::settle(DeliveryState& state, Result<RecordMetadata> outcome) {
  (outcome ? delivered_ : failed_).fetch_add(1, std::memory_order_relaxed);
  if (auto callback = state.complete(std::move(outcome))) call(callback, state.outcome());
  state.release();
  in_flight_.fetch_sub(1);
}

void RawProducer::Impl::call(const Delivery::Callback& callback,
                             const Result<RecordMetadata>& outcome) {
  try {
    callback(outcome);
  } catch (const std::exception& thrown) {
    options_.logger.error("a delivery callback threw", kv("error", thrown.what()));
  } catch (...) {
    options_.logger.error("a delivery callback threw something that is no std::exception");
  }
}

Result<RawProducer> RawProducer::open(ProducerOptions options) {
  MR_TRY(auto config, configure(options));
  MR_TRY(auto kafka, config.start(RD_KAFKA_PRODUCER));
  return RawProducer(std::make_unique<Impl>(std::move(options), std::move(kafka)));
}

RawProducer::RawProducer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RawProducer::~RawProducer() = default;
RawProducer::RawProducer(RawProducer&&) noexcept = default;
RawProducer& RawProducer::operator=(RawProducer&&) noexcept = default;

Delivery RawProducer::send(const std::string& topic, NullableBytes key, NullableBytes value,
                           const SendOptions& options) {
  return impl_->send(topic, key, value, options);
}

Result<void> RawProducer::flush(Milliseconds timeout) {
  return impl_->flush(timeout);
}

std::size_t RawProducer::undelivered() const {
  return impl_->undelivered();
}

Result<void> RawProducer::close() {
  return impl_->close();
}

ProducerStats RawProducer::stats() const {
  return impl_->stats();
}

Delivery RawProducer::refuse(Error error) {
  return impl_->refuse(std::move(error));
}

}  // namespace millrace
