#include "record/batch_edit.h"

#include "base/assert.h"
#include "base/crc32c.h"

namespace millrace::record {
namespace {

constexpr std::size_t leader_epoch_at = 12;
constexpr std::size_t crc_at = 17;
constexpr std::size_t attributes_at = 21;
constexpr std::size_t max_timestamp_at = 35;

}  // namespace

void set_base_offset(MutableBytes batch, Offset base_offset) {
  MR_ASSERT(batch.size() >= batch_header_size);
  store_be(batch.data(), base_offset.value());
}

void set_partition_leader_epoch(MutableBytes batch, LeaderEpoch epoch) {
  MR_ASSERT(batch.size() >= batch_header_size);
  store_be(batch.data() + leader_epoch_at, epoch.value());
}

void set_log_append_time(MutableBytes batch, Timestamp now) {
  MR_ASSERT(batch.size() >= batch_header_size);
  BatchAttributes attributes(load_be<int16_t>(batch.data() + attributes_at));
  store_be(batch.data() + attributes_at,
           attributes.with_timestamp_type(TimestampType::log_append_time).bits());
  set_max_timestamp(batch, now);
}

void set_max_timestamp(MutableBytes batch, Timestamp max_timestamp) {
  MR_ASSERT(batch.size() >= batch_header_size);
  store_be(batch.data() + max_timestamp_at, max_timestamp.value());
  seal_crc(batch);
}

void seal_crc(MutableBytes batch) {
  MR_ASSERT(batch.size() >= batch_header_size);
  store_be(batch.data() + crc_at, crc32c(batch.subspan(crc_coverage_start)));
}

}  // namespace millrace::record
