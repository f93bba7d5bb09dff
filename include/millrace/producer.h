#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/log.h"
#include "base/result.h"
#include "millrace/delivery.h"
#include "millrace/record.h"
#include "millrace/serde.h"

namespace millrace {

enum class Compression : uint8_t { none, gzip, snappy, lz4, zstd };

/// Who must have a record before its delivery succeeds.
enum class Acks : int8_t { none = 0, leader = 1, all = -1 };

/// The defaults are those of Kafka's own client of today: all replicas, idempotent, retried for
/// two minutes; and the same partitioner, so C++, Python and Java put one key on one partition.
struct ProducerOptions {
  std::string bootstrap = "localhost:9092";  ///< host:port, comma separated
  std::string client_id = "millrace";
  Acks acks = Acks::all;
  std::optional<bool> idempotence{};  ///< unset: on when acks is all
  Compression compression = Compression::none;
  Milliseconds linger{5};               ///< how long a batch waits for more records
  std::size_t batch_bytes = 1'000'000;  ///< a full batch does not wait
  int32_t retries = 2'147'483'647;      ///< within delivery_timeout
  Milliseconds retry_backoff{100};
  Milliseconds delivery_timeout{120'000};  ///< from send to failure, retries included
  std::size_t queue_records = 100'000;     ///< sent and not yet delivered; beyond it send waits
  std::size_t queue_bytes = 64 << 20;      ///< the same in bytes of keys and values
  Milliseconds max_block{60'000};          ///< how long send waits for room in the queue
  Milliseconds close_timeout{5'000};       ///< how long the destructor waits for deliveries
  std::string partitioner = "murmur2_random";
  Properties props{};  ///< any librdkafka property; wins over the options above
  Logger logger{};
};

struct SendOptions {
  Headers headers{};
  std::optional<PartitionId> partition{};  ///< unset: by the key's hash; random for a null key
  std::optional<Timestamp> timestamp{};    ///< unset: now
};

struct ProducerStats {
  uint64_t sent = 0;
  uint64_t delivered = 0;
  uint64_t failed = 0;
};

/// Sends bytes. Thread-safe. Owns one thread, on which delivery callbacks run.
class RawProducer {
 public:
  /// Checks every option; does not wait for a broker. Errors: invalid_argument, naming the option
  /// and, for an unknown property, the nearest one.
  static Result<RawProducer> open(ProducerOptions options);

  /// close(), with what is lost logged.
  ~RawProducer();
  RawProducer(RawProducer&&) noexcept;
  RawProducer& operator=(RawProducer&&) noexcept;

  /// Copies the record into the send queue and returns; waits up to `max_block` while the queue is
  /// full (not on the delivery thread, where it fails at once). Never throws and never drops: what
  /// goes wrong, now or later, is the delivery's outcome: limit_exceeded for a queue that stayed
  /// full or a record above `message.max.bytes`, timed_out after `delivery_timeout`, not_found for
  /// an unknown topic or partition, fenced, permission_denied, cancelled by close.
  Delivery send(const std::string& topic, NullableBytes key, NullableBytes value,
                const SendOptions& options = {});

  /// Sends what lingers and waits until nothing is under way. Errors: timed_out with the number of
  /// records still undelivered; failed when records whose Delivery was dropped have failed since
  /// the last flush, with their number and the first reason.
  Result<void> flush(Milliseconds timeout);

  /// Records sent whose outcome is not known yet.
  std::size_t undelivered() const;

  /// Flushes for at most `close_timeout`, then gives up what is left: its deliveries fail with
  /// `cancelled`. Errors: as flush. Further sends fail.
  Result<void> close();

  ProducerStats stats() const;

  /// The failed delivery of a record that could not be made; counted and reported like others.
  Delivery refuse(Error error);

 private:
  class Impl;
  explicit RawProducer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Sends keys and values of the caller's types.
///
///     auto producer = Producer<std::string, Transaction>::open({.bootstrap = "localhost:9092"});
///     producer->send("transactions", tx.user_id, tx);
///     auto flushed = producer->flush(10s);
template <class K, class V, SerdeFor<K> KeySerde = Serde<K>, SerdeFor<V> ValueSerde = Serde<V>>
class Producer {
 public:
  /// As RawProducer::open.
  static Result<Producer> open(ProducerOptions options, KeySerde key_serde = {},
                               ValueSerde value_serde = {}) {
    MR_TRY(auto raw, RawProducer::open(std::move(options)));
    return Producer(std::move(raw), std::move(key_serde), std::move(value_serde));
  }

  /// `key`: a K, an empty std::optional<K> or std::nullopt for a null key. `value`: a V, an empty
  /// std::optional<V> or std::nullopt for a tombstone. Both are encoded before this returns. A
  /// value that cannot be encoded fails its delivery. Otherwise as RawProducer::send.
  template <class KeyLike = K, class ValueLike = V>
  Delivery send(const std::string& topic, const KeyLike& key, const ValueLike& value,
                const SendOptions& options = {}) {
    Buffer bytes;  // key and value in one allocation
    bytes.reserve(initial_record_bytes);
    auto key_kept = append<K>(key_serde_, key, bytes);
    if (!key_kept) return raw_.refuse(std::move(key_kept).error());
    auto key_size = bytes.size();
    auto value_kept = append<V>(value_serde_, value, bytes);
    if (!value_kept) return raw_.refuse(std::move(value_kept).error());
    auto all = Bytes(bytes);
    return raw_.send(topic, *key_kept ? NullableBytes(all.first(key_size)) : std::nullopt,
                     *value_kept ? NullableBytes(all.subspan(key_size)) : std::nullopt, options);
  }

  /// As RawProducer::flush.
  Result<void> flush(Milliseconds timeout) { return raw_.flush(timeout); }
  /// As RawProducer::close.
  Result<void> close() { return raw_.close(); }
  std::size_t undelivered() const { return raw_.undelivered(); }
  ProducerStats stats() const { return raw_.stats(); }
  RawProducer& raw() { return raw_; }

 private:
  static constexpr std::size_t initial_record_bytes = 256;

  Producer(RawProducer raw, KeySerde key_serde, ValueSerde value_serde)
      : raw_(std::move(raw)),
        key_serde_(std::move(key_serde)),
        value_serde_(std::move(value_serde)) {}

  /// False for null.
  template <class T, class S, class Like>
  static Result<bool> append(const S& serde, const Like& like, Buffer& out) {
    if constexpr (std::same_as<Like, std::nullopt_t>) {
      return false;
    } else if constexpr (std::same_as<Like, std::optional<T>>) {
      if (!like) return false;
      MR_TRY(encode_with(serde, *like, out));
      return true;
    } else {
      const T& value = like;
      MR_TRY(encode_with(serde, value, out));
      return true;
    }
  }

  RawProducer raw_;
  KeySerde key_serde_;
  ValueSerde value_serde_;
};

}  // namespace millrace
