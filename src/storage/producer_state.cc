#include "storage/producer_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "base/assert.h"
#include "base/crc32c.h"

namespace millrace::storage {
namespace {

// A snapshot: i16 version, u32 CRC-32C of all that follows it, i32 count, then the entries.
constexpr std::size_t header_bytes = 10;
constexpr std::size_t crc_covers_from = 6;
constexpr std::size_t entry_bytes = 46;
constexpr int16_t snapshot_version = 1;

bool counts(const record::BatchHeader& batch) {
  return batch.has_producer_id() && !batch.attributes.control();
}

}  // namespace

record::Sequence ProducerStates::Batch::first_sequence() const {
  if (last_sequence < record::Sequence(0)) return record::no_sequence;
  auto first = int64_t{last_sequence.value()} - offset_delta;
  if (first < 0) first += int64_t{std::numeric_limits<int32_t>::max()} + 1;
  return record::Sequence(static_cast<int32_t>(first));
}

Result<std::optional<ProducerStates::Batch>> ProducerStates::check(
    const record::BatchHeader& batch) const {
  std::optional<Batch> may_append;
  if (!counts(batch)) return may_append;
  auto at = producers_.find(batch.producer_id);
  // Unknown: new, or forgotten after retention or expiry. Kafka accepts any sequence then.
  if (at == producers_.end()) return may_append;
  const auto& known = at->second;

  if (batch.producer_epoch < known.epoch) {
    return fail(Errc::fenced, fmt::format("producer {} has epoch {}, the batch has {}",
                                          batch.producer_id, known.epoch, batch.producer_epoch));
  }
  if (batch.producer_epoch > known.epoch) {
    if (batch.base_sequence == record::Sequence(0)) return may_append;
    return fail(Errc::out_of_order,
                fmt::format("producer {} starts epoch {} at sequence {} instead of 0",
                            batch.producer_id, batch.producer_epoch, batch.base_sequence));
  }
  for (const auto& earlier : known.recent()) {
    if (earlier.first_sequence() == batch.base_sequence &&
        earlier.last_sequence == batch.last_sequence()) {
      return std::optional(earlier);
    }
  }
  if (known.batch_count == 0) {  // an epoch that has only markers so far
    return may_append;
  }
  auto expected = record::sequence_after(known.recent().back().last_sequence, 1);
  if (batch.base_sequence == expected) return may_append;
  return fail(Errc::out_of_order, fmt::format("producer {} sent sequence {}, expected {}",
                                              batch.producer_id, batch.base_sequence, expected));
}

void ProducerStates::apply(const record::BatchHeader& batch, Timestamp now) {
  if (!batch.has_producer_id()) return;
  if (!producers_.contains(batch.producer_id)) make_room();
  auto& producer = producers_[batch.producer_id];
  producer.last_heard = now;
  if (producer.epoch != batch.producer_epoch) {
    producer.epoch = batch.producer_epoch;
    producer.batch_count = 0;
  }
  if (batch.attributes.control()) {
    producer.transaction_start = Offset(-1);
    return;
  }
  producer.remember({.last_sequence = batch.last_sequence(),
                     .last_offset = batch.last_offset(),
                     .offset_delta = batch.last_offset_delta,
                     .timestamp = batch.max_timestamp});
  if (batch.attributes.transactional() && producer.transaction_start < Offset(0)) {
    producer.transaction_start = batch.base_offset;
  }
}

void ProducerStates::Producer::remember(const Batch& batch) {
  if (batch_count == batches.size()) {
    std::move(batches.begin() + 1, batches.end(), batches.begin());
    --batch_count;
  }
  batches[batch_count++] = batch;
}

void ProducerStates::expire(Timestamp now, Milliseconds expiry) {
  std::erase_if(producers_, [&](const auto& entry) {
    const auto& producer = entry.second;
    return producer.transaction_start < Offset(0) && now - producer.last_heard >= expiry.count();
  });
}

/// At the limit a sixteenth of the producers goes, so that the walk is paid for by many appends.
void ProducerStates::make_room() {
  if (producers_.size() < max_producers_) return;
  std::vector<std::pair<Timestamp, ProducerId>> idle;
  for (const auto& [id, producer] : producers_) {
    if (producer.transaction_start < Offset(0)) idle.emplace_back(producer.last_heard, id);
  }
  auto leaving = std::min(idle.size(), max_producers_ / 16 + 1);
  std::nth_element(idle.begin(), idle.begin() + static_cast<std::ptrdiff_t>(leaving), idle.end());
  for (std::size_t i = 0; i < leaving; ++i) producers_.erase(idle[i].second);
}

Buffer ProducerStates::snapshot() const {
  Buffer out(header_bytes + producers_.size() * entry_bytes);
  store_be(out.data(), snapshot_version);
  store_be(out.data() + 6, static_cast<int32_t>(producers_.size()));
  auto* to = out.data() + header_bytes;
  for (const auto& [id, producer] : producers_) {
    auto last =
        producer.batch_count > 0 ? producer.recent().back() : Batch{.last_offset = Offset(-1)};
    store_be(to, id.value());
    store_be(to + 8, producer.epoch.value());
    store_be(to + 10, last.last_sequence.value());
    store_be(to + 14, last.last_offset.value());
    store_be(to + 22, last.offset_delta);
    store_be(to + 26, last.timestamp.value());
    store_be(to + 34, producer.coordinator_epoch);
    store_be(to + 38, producer.transaction_start.value());
    to += entry_bytes;
  }
  store_be(out.data() + 2, crc32c(Bytes(out).subspan(crc_covers_from)));
  return out;
}

Result<void> ProducerStates::restore(Bytes snapshot, Timestamp now) {
  if (snapshot.size() < header_bytes) return fail(Errc::corrupt, "producer snapshot is too short");
  if (auto version = load_be<int16_t>(snapshot.data()); version != snapshot_version) {
    return fail(Errc::unsupported, fmt::format("producer snapshot has version {}", version));
  }
  if (load_be<uint32_t>(snapshot.data() + 2) != crc32c(snapshot.subspan(crc_covers_from))) {
    return fail(Errc::corrupt, "producer snapshot fails its checksum");
  }
  auto count = load_be<int32_t>(snapshot.data() + 6);
  if (count < 0 ||
      snapshot.size() != header_bytes + static_cast<std::size_t>(count) * entry_bytes) {
    return fail(Errc::corrupt, "producer snapshot has the wrong length");
  }
  producers_.clear();
  const auto* from = snapshot.data() + header_bytes;
  for (int32_t i = 0; i < count; ++i, from += entry_bytes) {
    Producer producer;
    producer.epoch = ProducerEpoch(load_be<int16_t>(from + 8));
    producer.coordinator_epoch = load_be<int32_t>(from + 34);
    producer.transaction_start = Offset(load_be<int64_t>(from + 38));
    producer.last_heard = now;
    Batch last{.last_sequence = record::Sequence(load_be<int32_t>(from + 10)),
               .last_offset = Offset(load_be<int64_t>(from + 14)),
               .offset_delta = load_be<int32_t>(from + 22),
               .timestamp = Timestamp(load_be<int64_t>(from + 26))};
    if (last.last_offset >= Offset(0)) producer.remember(last);
    producers_.emplace(ProducerId(load_be<int64_t>(from)), producer);
  }
  return {};
}

}  // namespace millrace::storage
