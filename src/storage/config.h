#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "record/batch_header.h"

namespace millrace::storage {

/// What a topic can set, under Kafka's names; the defaults are Kafka's except where said.
struct LogConfig {
  int32_t segment_bytes = 1 << 30;                           ///< segment.bytes
  Milliseconds segment_age = std::chrono::hours(7 * 24);     ///< segment.ms
  int32_t segment_index_bytes = 10 << 20;                    ///< segment.index.bytes
  int32_t index_interval_bytes = 4096;                       ///< index.interval.bytes
  int64_t retention_bytes = -1;                              ///< retention.bytes; −1 = no limit
  Milliseconds retention_time = std::chrono::hours(7 * 24);  ///< retention.ms; negative = no limit
  bool delete_old_segments = true;                           ///< cleanup.policy contains "delete"
  int32_t max_batch_bytes = (1 << 20) + 12;                  ///< max.message.bytes
  record::TimestampType timestamp_type =
      record::TimestampType::create_time;  ///< message.timestamp.type

  /// flush.messages. 1 (our default, not Kafka's): only durable records are visible, and a write
  /// asks for a sync at once. Larger: everything appended is visible, a sync is asked for once this
  /// many records wait for one.
  int64_t flush_messages = 1;

  Milliseconds producer_expiry = std::chrono::hours(24);  ///< producer.id.expiration.ms
  std::size_t max_producers = 100'000;  ///< per partition; beyond it the longest silent go first

  /// The active file grows in such steps, each twice the last.
  uint64_t preallocate_first_bytes = 1 << 20;
  uint64_t preallocate_max_bytes = 16 << 20;
};

}  // namespace millrace::storage
