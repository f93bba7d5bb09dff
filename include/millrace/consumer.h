#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "millrace/on_error.h"
#include "millrace/record.h"
#include "millrace/serde.h"

namespace millrace {

/// Where to start when the group has no committed offset, or one that does not exist any more.
enum class Reset : uint8_t { earliest, latest, none };

/// Why the last loop over records ended.
enum class Ended : uint8_t { not_yet, stopped, idle, at_end, failed };

struct ConsumerOptions {
  std::string bootstrap = "localhost:9092";  ///< host:port, comma separated
  std::string client_id = "millrace";
  std::vector<std::string> topics{};  ///< names, or a regular expression that starts with '^'
  std::string group{};  ///< empty: no group; all partitions are read, nothing is committed
  Reset auto_offset_reset = Reset::latest;
  std::optional<Milliseconds> auto_commit = Milliseconds(5'000);  ///< unset: commit() yourself
  std::optional<Milliseconds> idle_timeout{};  ///< records() ends after so long without a record
  bool stop_at_end = false;                    ///< records() ends when all partitions are read
  OnError on_error = OnError::fail();
  std::size_t batch_records = 500;          ///< taken from librdkafka at a time
  std::size_t prefetch_bytes = 64 << 20;    ///< fetched ahead of the application, at most
  Milliseconds max_poll_interval{300'000};  ///< a body that takes longer loses its partitions
  Milliseconds session_timeout{45'000};
  Milliseconds close_timeout{5'000};  ///< how long the destructor waits for the last commit
  bool read_uncommitted = false;
  bool allow_auto_create_topics = true;
  /// Called on the thread that loops over records, with the partitions that come and go.
  std::function<void(std::vector<TopicPartitionOffset>)> on_assigned{};
  /// Before partitions go; `lost` = they are gone already and offsets can no longer be committed.
  std::function<void(std::vector<TopicPartitionOffset>, bool lost)> on_revoked{};
  Properties props{};  ///< any librdkafka property; wins over the options above
  Logger logger{};
};

struct ConsumerStats {
  uint64_t records = 0;        ///< handed out
  uint64_t skipped = 0;        ///< given up by policy: skip
  uint64_t dead_lettered = 0;  ///< given up by policy: dead letter
  uint64_t retries = 0;        ///< repeated calls of a failing handler
};

/// How far a partition is read. `lag` counts the records between position and the partition's end
/// as last fetched; −1 = not known yet.
struct PartitionPosition {
  TopicPartition partition{};
  Offset position{-1};  ///< the next record to be handed out; −1 = none was yet
  int64_t lag = -1;
  bool at_end = false;
};

/// Consumes bytes, one record at a time, in batches underneath. For one thread at a time.
class RawConsumer {
 public:
  /// Checks every option and joins the group in the background; does not wait for a broker.
  /// Errors: invalid_argument, naming the option and, for an unknown property, the nearest one.
  static Result<RawConsumer> open(ConsumerOptions options);

  /// close(), with what went wrong logged.
  ~RawConsumer();
  RawConsumer(RawConsumer&&) noexcept;
  RawConsumer& operator=(RawConsumer&&) noexcept;

  /// The next record, or null when the loop is over: see ended(). The record before it, if it is
  /// still open, counts as processed. Waits; a stop request wakes it at once. Errors: what
  /// the brokers refuse for good, e.g. out_of_range with Reset::none, permission_denied.
  Result<const RawRecord*> next(const std::stop_token& stop);

  /// Takes back the current record: next() will hand it out again.
  void keep_current();

  /// Applies what OnError says a record comes to in the end. On success the record counts as
  /// processed. Errors: `failure.error` itself for OnError::fail, or what kept the dead letter from
  /// being written; the record is then kept.
  Result<void> give_up(const Failure& failure);

  /// Waits before the next attempt; false when stopped, with the record kept.
  bool wait_to_retry(int attempts, const std::stop_token& stop);

  /// Ends the loop with `error`.
  void fail_with(Error error);

  const OnError& on_error() const;
  Ended ended() const;
  Result<void> status() const;

  Result<void> commit(Milliseconds timeout);
  Result<void> commit_async();
  Result<void> assign(const std::vector<TopicPartitionOffset>& places);
  Result<void> seek(const TopicPartitionOffset& place, Milliseconds timeout);
  Result<void> pause(const std::vector<TopicPartition>& partitions);
  Result<void> resume(const std::vector<TopicPartition>& partitions);
  std::vector<PartitionPosition> positions() const;
  bool at_end() const;
  Result<std::vector<TopicPartitionOffset>> committed(Milliseconds timeout);
  Result<void> close();
  ConsumerStats stats() const;

 private:
  class Impl;
  explicit RawConsumer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Consumes keys and values of the caller's types. For one thread at a time.
///
///     auto consumer = Consumer<std::string, Transaction>::open(
///         {.topics = {"transactions"}, .group = "fraud", .auto_offset_reset = Reset::earliest});
///     for (auto& record : consumer->records(stop)) score(*record.value);
///
/// **At least once**: a record counts as processed when the loop moves on to the next one, and only
/// then is its offset stored for the next commit. A body that throws leaves its record open, and
/// it is handed out again, by this consumer's next loop or after a restart. A body that breaks out
/// leaves it open too, but this consumer's next loop goes on behind it.
template <class K, class V, SerdeFor<K> KeySerde = Serde<K>, SerdeFor<V> ValueSerde = Serde<V>>
class Consumer {
 public:
  class Records;

  /// As RawConsumer::open.
  static Result<Consumer> open(ConsumerOptions options, KeySerde key_serde = {},
                               ValueSerde value_serde = {}) {
    MR_TRY(auto raw, RawConsumer::open(std::move(options)));
    return Consumer(std::move(raw), std::move(key_serde), std::move(value_serde));
  }

  /// Records as they come, until `stop`, `idle_timeout`, `stop_at_end` or an error: see status().
  /// Undecodable records go the way of `on_error` (there is nothing to retry) and do not show up.
  Records records(std::stop_token stop = {}) { return Records(*this, std::move(stop)); }

  /// Calls `handle(record)` for each record. It may return void or Result<void>, and may throw; a
  /// failure is retried in place and then given up, as `on_error` says. Returns when records()
  /// would end; errors as status().
  template <class Handler>
  Result<void> process(std::stop_token stop, Handler&& handle) {
    while (Record<K, V>* record = advance(stop)) {
      if (!handle_with_retries(stop, *record, handle)) break;
    }
    return status();
  }

  /// Success when the last loop ended because it was asked to; otherwise what went wrong.
  Result<void> status() const { return raw_.status(); }
  Ended ended() const { return raw_.ended(); }

  /// Commits everything up to and including the record the loop is at, and waits for the answer.
  Result<void> commit(Milliseconds timeout = Milliseconds(10'000)) { return raw_.commit(timeout); }
  /// The same without waiting; a failure is logged.
  Result<void> commit_async() { return raw_.commit_async(); }

  /// Reads exactly these places, outside of group balancing. Offsets may be offset_beginning,
  /// offset_end or offset_committed.
  Result<void> assign(const std::vector<TopicPartitionOffset>& places) {
    return raw_.assign(places);
  }
  /// Goes on at `place`, whose partition must be assigned (else not_found).
  Result<void> seek(const TopicPartitionOffset& place,
                    Milliseconds timeout = Milliseconds(10'000)) {
    return raw_.seek(place, timeout);
  }
  /// Stops fetching; records fetched already wait until resume().
  Result<void> pause(const std::vector<TopicPartition>& partitions) {
    return raw_.pause(partitions);
  }
  Result<void> resume(const std::vector<TopicPartition>& partitions) {
    return raw_.resume(partitions);
  }
  /// The assigned partitions and how far each is read.
  std::vector<PartitionPosition> positions() const { return raw_.positions(); }
  /// True when every assigned partition was read to its end.
  bool at_end() const { return raw_.at_end(); }
  /// The group's committed offsets of the assigned partitions; offset −1001 = none.
  Result<std::vector<TopicPartitionOffset>> committed(Milliseconds timeout = Milliseconds(10'000)) {
    return raw_.committed(timeout);
  }

  /// Commits what was processed (with auto_commit) and leaves the group, for at most
  /// `close_timeout`. Errors: timed_out, or the commit's own.
  Result<void> close() { return raw_.close(); }
  ConsumerStats stats() const { return raw_.stats(); }
  RawConsumer& raw() { return raw_; }

 private:
  Consumer(RawConsumer raw, KeySerde key_serde, ValueSerde value_serde)
      : raw_(std::move(raw)),
        key_serde_(std::move(key_serde)),
        value_serde_(std::move(value_serde)) {}

  /// The next record that can be decoded; null at the end.
  Record<K, V>* advance(const std::stop_token& stop) {
    for (;;) {
      auto raw = raw_.next(stop);
      if (!raw || *raw == nullptr) return nullptr;
      auto failure = decode(**raw);
      if (!failure) return &record_;
      if (auto given_up = raw_.give_up(*failure); !given_up) {
        raw_.fail_with(std::move(given_up).error());
        return nullptr;
      }
    }
  }

  std::optional<Failure> decode(const RawRecord& raw) {
    if (record_.topic != raw.topic) record_.topic = raw.topic;
    record_.partition = raw.partition;
    record_.offset = raw.offset;
    record_.timestamp = raw.timestamp;
    record_.headers = raw.headers;
    if (auto key = decode_with<K>(key_serde_, raw.key, record_.key); !key) {
      return Failure{Failure::Stage::key, std::move(key).error(), 1};
    }
    if (auto value = decode_with<V>(value_serde_, raw.value, record_.value); !value) {
      return Failure{Failure::Stage::value, std::move(value).error(), 1};
    }
    return std::nullopt;
  }

  /// A serde of the user's may throw; that is a record that cannot be decoded.
  template <class T, class S>
  static Result<void> decode_with(S& serde, NullableBytes bytes, std::optional<T>& out) {
    out.reset();
    if (!bytes) return {};
    return guarded([&]() -> Result<void> {
      MR_TRY(auto decoded, serde.decode(*bytes));
      out.emplace(std::move(decoded));
      return {};
    });
  }

  /// False when the loop is over.
  template <class Handler>
  bool handle_with_retries(const std::stop_token& stop, Record<K, V>& record, Handler& handle) {
    for (int attempts = 1;; ++attempts) {
      auto handled = guarded([&] { return handle(record); });
      if (handled) return true;
      if (attempts <= raw_.on_error().retries) {
        if (!raw_.wait_to_retry(attempts, stop)) return false;
        continue;
      }
      Failure failure{Failure::Stage::process, std::move(handled).error(), attempts};
      auto given_up = raw_.give_up(failure);
      if (!given_up) raw_.fail_with(std::move(given_up).error());
      return given_up.has_value();
    }
  }

  RawConsumer raw_;
  KeySerde key_serde_;
  ValueSerde value_serde_;
  Record<K, V> record_;
};

/// A range for one loop; see Consumer::records. Single pass.
template <class K, class V, SerdeFor<K> KS, SerdeFor<V> VS>
class Consumer<K, V, KS, VS>::Records {
 public:
  class Iterator {
   public:
    using value_type = Record<K, V>;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    explicit Iterator(Records* owner) : owner_(owner) { ++*this; }
    Record<K, V>& operator*() const { return *record_; }
    Record<K, V>* operator->() const { return record_; }
    Iterator& operator++() {
      record_ = owner_->consumer_.advance(owner_->stop_);
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return record_ == nullptr; }

   private:
    Records* owner_;
    Record<K, V>* record_ = nullptr;
  };

  Iterator begin() { return Iterator(this); }
  std::default_sentinel_t end() const { return {}; }

  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;
  /// An exception is passing through: the body threw, and its record was not processed.
  ~Records() {
    if (std::uncaught_exceptions() > exceptions_before_) consumer_.raw_.keep_current();
  }

 private:
  friend class Consumer;
  Records(Consumer& consumer, std::stop_token stop) : consumer_(consumer), stop_(std::move(stop)) {}

  Consumer& consumer_;
  std::stop_token stop_;
  int exceptions_before_ = std::uncaught_exceptions();
};

}  // namespace millrace
