#include "record/batch_header.h"

#include <fmt/format.h>

#include <limits>

#include "base/assert.h"

namespace millrace::record {
namespace {

constexpr std::byte magic_v2{2};
constexpr int32_t shortest_batch_length = batch_header_size - batch_prefix_size;

Result<void> check_layout(const BatchHeader& header, int magic) {
  if (header.batch_length < shortest_batch_length) {
    return fail(Errc::corrupt,
                fmt::format("a batch length of {} bytes is less than its header's {}",
                            header.batch_length, shortest_batch_length));
  }
  if (magic == 0 || magic == 1) {
    return fail(Errc::unsupported,
                fmt::format("message format v{} (before Kafka 0.11) is not served", magic));
  }
  if (magic != 2) return fail(Errc::corrupt, fmt::format("{} is not a magic of a batch", magic));
  if (header.base_offset < Offset(0)) {
    return fail(Errc::corrupt, fmt::format("negative base offset {}", header.base_offset));
  }
  if (header.last_offset_delta < 0 ||
      header.base_offset.value() >
          std::numeric_limits<int64_t>::max() - header.last_offset_delta - 1) {
    return fail(Errc::corrupt,
                fmt::format("the last offset delta {} does not follow the base offset {}",
                            header.last_offset_delta, header.base_offset));
  }
  return {};
}

}  // namespace

Result<BatchHeader> decode_header(Bytes bytes) {
  if (bytes.size() < batch_header_size) {
    return fail(Errc::corrupt, fmt::format("{} bytes are too few for the {} of a batch header",
                                           bytes.size(), batch_header_size));
  }
  const std::byte* at = bytes.data();
  BatchHeader header{
      .base_offset = Offset(load_be<int64_t>(at)),
      .batch_length = load_be<int32_t>(at + 8),
      .partition_leader_epoch = LeaderEpoch(load_be<int32_t>(at + 12)),
      .crc = load_be<uint32_t>(at + 17),
      .attributes = BatchAttributes(load_be<int16_t>(at + 21)),
      .last_offset_delta = load_be<int32_t>(at + 23),
      .base_timestamp = Timestamp(load_be<int64_t>(at + 27)),
      .max_timestamp = Timestamp(load_be<int64_t>(at + 35)),
      .producer_id = ProducerId(load_be<int64_t>(at + 43)),
      .producer_epoch = ProducerEpoch(load_be<int16_t>(at + 51)),
      .base_sequence = Sequence(load_be<int32_t>(at + 53)),
      .record_count = load_be<int32_t>(at + 57),
  };
  MR_TRY(check_layout(header, load_be<int8_t>(at + 16)));
  return header;
}

void encode_header(const BatchHeader& header, MutableBytes to) {
  MR_ASSERT(to.size() >= batch_header_size);
  std::byte* at = to.data();
  store_be(at, header.base_offset.value());
  store_be(at + 8, header.batch_length);
  store_be(at + 12, header.partition_leader_epoch.value());
  at[16] = magic_v2;
  store_be(at + 17, header.crc);
  store_be(at + 21, header.attributes.bits());
  store_be(at + 23, header.last_offset_delta);
  store_be(at + 27, header.base_timestamp.value());
  store_be(at + 35, header.max_timestamp.value());
  store_be(at + 43, header.producer_id.value());
  store_be(at + 51, header.producer_epoch.value());
  store_be(at + 53, header.base_sequence.value());
  store_be(at + 57, header.record_count);
}

}  // namespace millrace::record
