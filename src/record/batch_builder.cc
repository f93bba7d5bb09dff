#include "record/batch_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "record/batch_edit.h"
#include "record/compression.h"
#include "record/varint.h"

namespace millrace::record {
namespace {

int64_t encoded_length(const std::optional<Bytes>& bytes) {
  return bytes ? static_cast<int64_t>(bytes->size()) : -1;
}

std::size_t nullable_size(const std::optional<Bytes>& bytes) {
  return varint_size(encoded_length(bytes)) + (bytes ? bytes->size() : 0);
}

void append_bytes(Buffer& to, Bytes bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_nullable(Buffer& to, const std::optional<Bytes>& bytes) {
  append_varint(to, encoded_length(bytes));
  if (bytes) append_bytes(to, *bytes);
}

/// What a record's length field counts.
std::size_t body_size(const NewRecord& record, int64_t timestamp_delta, int32_t offset_delta) {
  constexpr std::size_t attributes_size = 1;
  std::size_t size = attributes_size + varint_size(timestamp_delta) + varint_size(offset_delta) +
                     nullable_size(record.key) + nullable_size(record.value) +
                     varint_size(static_cast<int64_t>(record.headers.size()));
  for (const auto& header : record.headers) {
    size += nullable_size(as_bytes(header.key)) + nullable_size(header.value);
  }
  return size;
}

}  // namespace

BatchBuilder::BatchBuilder(const BatchOptions& options) : options_(options) {
  options_.max_bytes =
      std::min<std::size_t>(options.max_bytes, std::numeric_limits<int32_t>::max());
  clear();
}

Result<void> BatchBuilder::add(const NewRecord& record) {
  auto base = count_ == 0 ? record.timestamp : base_timestamp_;
  int64_t delta = 0;
  if (__builtin_sub_overflow(record.timestamp.value(), base.value(), &delta)) {
    return fail(Errc::invalid_argument,
                fmt::format("the timestamp {} is too far from {}", record.timestamp, base));
  }
  std::size_t body = body_size(record, delta, count_);
  std::size_t size = bytes_.size() + varint_size(static_cast<int64_t>(body)) + body;
  if (size > options_.max_bytes) {
    return fail(Errc::limit_exceeded, fmt::format("the batch would have {} bytes, of {} allowed",
                                                  size, options_.max_bytes));
  }
  append_varint(bytes_, static_cast<int64_t>(body));
  bytes_.push_back(std::byte{0});  // attributes: none defined
  append_varint(bytes_, delta);
  append_varint(bytes_, count_);
  append_nullable(bytes_, record.key);
  append_nullable(bytes_, record.value);
  append_varint(bytes_, static_cast<int64_t>(record.headers.size()));
  for (const auto& header : record.headers) {
    append_nullable(bytes_, as_bytes(header.key));
    append_nullable(bytes_, header.value);
  }
  ++count_;
  base_timestamp_ = base;
  max_timestamp_ = count_ == 1 ? base : std::max(max_timestamp_, record.timestamp);
  return {};
}

Result<Buffer> BatchBuilder::finish() {
  if (count_ == 0) return fail(Errc::invalid_argument, "a batch needs a record");
  auto codec = Codec::none;
  if (options_.codec != Codec::none) {
    auto records = Bytes(bytes_).subspan(batch_header_size);
    MR_TRY(auto compressed, compress(options_.codec, records, options_.level));
    if (compressed.size() < records.size()) {
      codec = options_.codec;
      bytes_.resize(batch_header_size);
      append_bytes(bytes_, compressed);
    }
  }
  encode_header(header_for(codec, bytes_.size()), bytes_);
  seal_crc(bytes_);
  Buffer batch = std::move(bytes_);
  clear();
  return batch;
}

void BatchBuilder::clear() {
  bytes_.assign(batch_header_size, std::byte{0});
  count_ = 0;
}

BatchHeader BatchBuilder::header_for(Codec codec, std::size_t size) const {
  return {
      .base_offset = options_.base_offset,
      .batch_length = static_cast<int32_t>(size - batch_prefix_size),
      .partition_leader_epoch = options_.partition_leader_epoch,
      .attributes = BatchAttributes()
                        .with_codec(codec)
                        .with_transactional(options_.transactional)
                        .with_control(options_.control),
      .last_offset_delta = count_ - 1,
      .base_timestamp = base_timestamp_,
      .max_timestamp = max_timestamp_,
      .producer_id = options_.producer_id,
      .producer_epoch = options_.producer_epoch,
      .base_sequence = options_.base_sequence,
      .record_count = count_,
  };
}

}  // namespace millrace::record
