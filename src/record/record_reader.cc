#include "record/record_reader.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "record/record_parser.h"

namespace millrace::record {
namespace {

std::optional<Bytes> nullable(const std::byte* data, int32_t size) {
  if (size < 0) return std::nullopt;
  return Bytes(data, static_cast<std::size_t>(size));
}

}  // namespace

Result<void> RecordReader::open(const BatchView& batch) {
  header_ = batch.header();
  read_ = 0;
  last_delta_ = -1;
  rest_ = {};
  bool emptied_by_compaction = header_.record_count == 0 && batch.records_section().empty();
  if (emptied_by_compaction) return {};
  MR_TRY(rest_, decompressor_.all(header_.attributes.codec(), batch.records_section()));
  return {};
}

Result<const RecordView*> RecordReader::next() {
  if (read_ >= header_.record_count) {
    if (rest_.empty()) return static_cast<const RecordView*>(nullptr);
    return fail(Errc::corrupt, fmt::format("{} bytes follow the last record of the batch at {}",
                                           rest_.size(), header_.base_offset));
  }
  FlatSource source(rest_);
  RecordParts parts;
  Problem problem = parse_record(source, parts);
  if (!problem &&
      (parts.offset_delta <= last_delta_ || parts.offset_delta > header_.last_offset_delta)) {
    problem = "its offset delta is out of turn";
  }
  int64_t timestamp = 0;
  if (!problem &&
      __builtin_add_overflow(header_.base_timestamp.value(), parts.timestamp_delta, &timestamp)) {
    problem = "its timestamp delta overflows";
  }
  if (problem) {
    return fail(Errc::corrupt, fmt::format("record {} of the batch at offset {}: {}", read_,
                                           header_.base_offset, problem));
  }
  rest_ = rest_.subspan(static_cast<std::size_t>(source.at() - rest_.data()));
  ++read_;
  last_delta_ = parts.offset_delta;
  bool create_time = header_.attributes.timestamp_type() == TimestampType::create_time;
  record_ = {.offset = header_.base_offset + parts.offset_delta,
             .timestamp = create_time ? Timestamp(timestamp) : header_.max_timestamp,
             .key = nullable(parts.key, parts.key_size),
             .value = nullable(parts.value, parts.value_size),
             .headers = HeadersView({parts.headers, parts.headers_size}, parts.header_count)};
  return &record_;
}

Result<std::optional<TimestampedOffset>> find_by_timestamp(const BatchView& batch,
                                                           Timestamp at_least, Offset from,
                                                           Decompressor& decompressor) {
  RecordReader reader(decompressor);
  MR_TRY(reader.open(batch));
  for (;;) {
    MR_TRY(const auto* record, reader.next());
    if (record == nullptr) return std::optional<TimestampedOffset>();
    if (record->offset >= from && record->timestamp >= at_least) {
      return std::optional(TimestampedOffset{record->offset, record->timestamp});
    }
  }
}

void HeadersView::Iterator::decode() {
  if (left_ == 0) return;
  FlatSource source(rest_);
  MR_ASSERT(source.begin_record(static_cast<int64_t>(rest_.size())));
  int32_t key_size = 0;
  int32_t value_size = 0;
  const std::byte* key = nullptr;
  const std::byte* value = nullptr;
  MR_ASSERT(read_nullable(source, key_size, key) && key_size >= 0);
  MR_ASSERT(read_nullable(source, value_size, value));
  header_ = {.key = as_text({key, static_cast<std::size_t>(key_size)}),
             .value = nullable(value, value_size)};
  rest_ = rest_.subspan(static_cast<std::size_t>(source.at() - rest_.data()));
}

}  // namespace millrace::record
