#include "record/check_batch.h"

#include <fmt/format.h>

#include <algorithm>

#include "record/codec/lz4.h"
#include "record/record_parser.h"

namespace millrace::record {
namespace {

Result<void> check_client_attributes(const BatchHeader& header) {
  auto attributes = header.attributes;
  if (!is_known(attributes.codec())) {
    return fail(Errc::unsupported,
                fmt::format("unknown codec {}", static_cast<int>(attributes.codec())));
  }
  if (attributes.control()) return fail(Errc::invalid_argument, "clients write no control batches");
  if (attributes.timestamp_type() == TimestampType::log_append_time) {
    return fail(Errc::invalid_argument, "clients do not set LogAppendTime: the broker does");
  }
  if (attributes.has_delete_horizon()) {
    return fail(Errc::invalid_argument, "clients do not set a delete horizon: compaction does");
  }
  if (attributes.transactional() && !header.has_producer_id()) {
    return fail(Errc::invalid_argument, "a transactional batch without a producer id");
  }
  if (header.has_producer_id() && header.base_sequence < Sequence(0)) {
    return fail(Errc::invalid_argument, fmt::format("producer {} with the base sequence {}",
                                                    header.producer_id, header.base_sequence));
  }
  return {};
}

Result<void> check_counts(const BatchHeader& header) {
  if (header.record_count <= 0 || header.record_count - 1 != header.last_offset_delta) {
    return fail(Errc::invalid_argument,
                fmt::format("{} records do not fill the offsets 0 to {} of the batch",
                            header.record_count, header.last_offset_delta));
  }
  return {};
}

/// Keeps the range of the records' timestamps.
class TimeRange {
 public:
  explicit TimeRange(Timestamp base) : base_(base.value()) {}

  Problem add(int64_t delta) {
    int64_t time = 0;
    if (__builtin_add_overflow(base_, delta, &time)) return "its timestamp delta overflows";
    if (time < -1) return "its timestamp is negative";
    min_ = std::min(min_, time);
    max_ = std::max(max_, time);
    return nullptr;
  }
  RecordTimes range() const { return {Timestamp(min_), Timestamp(max_)}; }

 private:
  int64_t base_;
  int64_t min_ = std::numeric_limits<int64_t>::max();
  int64_t max_ = -1;
};

tl::unexpected<Error> bad_record(int32_t index, Problem problem,
                                 const std::optional<Error>& cause) {
  if (!cause) {
    return fail(Errc::invalid_argument, fmt::format("record {}: {}", index, problem));
  }
  auto code = cause->code == Errc::corrupt ? Errc::invalid_argument : cause->code;
  return fail(code, fmt::format("record {}: {}", index, cause->context));
}

template <class Source>
Result<RecordTimes> check_records(Source source, const BatchHeader& header,
                                  const CheckOptions& options) {
  TimeRange times(header.base_timestamp);
  RecordParts parts;
  for (int32_t i = 0; i < header.record_count; ++i) {
    Problem problem = parse_record(source, parts);
    if (!problem && parts.offset_delta != i) problem = "its offset delta is out of turn";
    if (!problem) problem = times.add(parts.timestamp_delta);
    if (!problem && options.require_keys && parts.key_size < 0) {
      problem = "a compacted topic takes no record without a key";
    }
    if (problem) [[unlikely]] {
      return bad_record(i, problem, source.error());
    }
  }
  if (!source.at_end() || source.error()) {
    return bad_record(header.record_count, "bytes follow the last record", source.error());
  }
  return times.range();
}

/// The code as `check_batch` promises it: the CRC matched, so it is the client that was wrong.
tl::unexpected<Error> as_clients_fault(Error error) {
  if (error.code == Errc::corrupt) error.code = Errc::invalid_argument;
  return fail(std::move(error));
}

}  // namespace

Result<RecordTimes> check_batch(const BatchView& batch, const CheckOptions& options,
                                Decompressor& decompressor) {
  const auto& header = batch.header();
  if (!batch.crc_matches()) return fail(Errc::corrupt, "the batch fails its CRC-32C");
  MR_TRY(check_client_attributes(header));
  MR_TRY(check_counts(header));
  auto codec = header.attributes.codec();
  auto records = batch.records_section();
  if (codec == Codec::none) return check_records(FlatSource(records), header, options);
  if (codec == Codec::lz4) {
    if (auto sound = check_lz4_is_kafkas(records); !sound) return as_clients_fault(sound.error());
  }
  if (auto opened = decompressor.open(codec, records); !opened) {
    return as_clients_fault(opened.error());
  }
  return check_records(StreamSource(decompressor), header, options);
}

}  // namespace millrace::record
