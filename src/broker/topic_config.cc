#include "broker/topic_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace millrace::broker {
namespace {

using P = Property<TopicConfig>;
using C = TopicConfig;

constexpr int64_t any = INT64_MIN;
constexpr int64_t no_max = INT64_MAX;

/// The last column is the broker property that a topic without the setting follows; ranges and
/// allowed values are the same there.
const std::vector<P>& table() {
  static const std::vector<P> properties = {
      {"cleanup.policy",
       &C::cleanup_policy,
       "What happens to old records: delete, or compact (kept whole until compaction is served).",
       any,
       no_max,
       {"delete", "compact"},
       "log.cleanup.policy"},
      {"compression.type",
       &C::compression_type,
       "Batches are stored as the producer compressed them.",
       any,
       no_max,
       {"producer"},
       "compression.type"},
      {"flush.messages",
       &C::flush_messages,
       "1: acks=all is answered, and consumers see records, after they are synced to disk. Larger: "
       "page cache, as Apache Kafka.",
       1,
       no_max,
       {},
       "log.flush.interval.messages"},
      {"index.interval.bytes",
       &C::index_interval_bytes,
       "Bytes of log between two index entries.",
       0,
       INT32_MAX,
       {},
       "log.index.interval.bytes"},
      {"max.message.bytes",
       &C::max_message_bytes,
       "Largest record batch accepted, after compression.",
       0,
       100 << 20,
       {},
       "message.max.bytes"},
      {"message.timestamp.after.max.ms",
       &C::message_timestamp_after_max_ms,
       "How far after the broker's time a record's may lie.",
       0,
       no_max,
       {},
       "log.message.timestamp.after.max.ms"},
      {"message.timestamp.before.max.ms",
       &C::message_timestamp_before_max_ms,
       "How far before the broker's time a record's may lie.",
       0,
       no_max,
       {},
       "log.message.timestamp.before.max.ms"},
      {"message.timestamp.type",
       &C::message_timestamp_type,
       "Whether a record carries its producer's time or the time of its append.",
       any,
       no_max,
       {"CreateTime", "LogAppendTime"},
       "log.message.timestamp.type"},
      {"min.insync.replicas",
       &C::min_insync_replicas,
       "Replicas that must have a record before acks=all is answered; one node has one.",
       1,
       1,
       {},
       "min.insync.replicas"},
      {"retention.bytes",
       &C::retention_bytes,
       "Size of a partition above which its oldest segments are deleted; -1 = no limit.",
       -1,
       no_max,
       {},
       "log.retention.bytes"},
      {"retention.ms",
       &C::retention_ms,
       "Age at which a segment is deleted; -1 = never.",
       -1,
       no_max,
       {},
       "log.retention.ms"},
      {"segment.bytes",
       &C::segment_bytes,
       "Size at which a segment is rolled.",
       1 << 10,
       INT32_MAX,
       {},
       "log.segment.bytes"},
      {"segment.index.bytes",
       &C::segment_index_bytes,
       "Size of an index at which its segment is rolled.",
       4,
       INT32_MAX,
       {},
       "log.index.size.max.bytes"},
      {"segment.ms",
       &C::segment_ms,
       "Age at which a segment is rolled.",
       1,
       no_max,
       {},
       "log.roll.ms"},
  };
  return properties;
}

}  // namespace

std::span<const P> topic_properties() {
  return table();
}

Result<TopicConfig> topic_config(const BrokerConfig& broker, const TopicOverrides& overrides) {
  TopicConfig config;
  for (const auto& property : topic_properties()) {
    const auto* fallback = find_property(broker_properties(), property.broker_name);
    MR_TRY(set_property(property, config, property_text(*fallback, broker)));
  }
  for (const auto& [name, value] : overrides) {
    const auto* property = find_property(topic_properties(), name);
    if (property == nullptr) {
      return fail(Errc::invalid_argument,
                  fmt::format("unknown topic setting {}{}", name,
                              did_you_mean(name, property_names(topic_properties()))));
    }
    MR_TRY(set_property(*property, config, value));
  }
  return config;
}

storage::LogConfig log_config(const BrokerConfig& broker, const TopicConfig& topic) {
  storage::LogConfig log;
  log.segment_bytes = topic.segment_bytes;
  log.segment_age = Milliseconds(topic.segment_ms);
  log.segment_index_bytes = topic.segment_index_bytes;
  log.index_interval_bytes = topic.index_interval_bytes;
  log.retention_bytes = topic.retention_bytes;
  log.retention_time = Milliseconds(topic.retention_ms);
  log.delete_old_segments = topic.cleanup_policy.find("delete") != std::string::npos;
  log.max_batch_bytes = topic.max_message_bytes;
  log.timestamp_type = topic.message_timestamp_type == "LogAppendTime"
                           ? record::TimestampType::log_append_time
                           : record::TimestampType::create_time;
  log.flush_messages = topic.flush_messages;
  log.producer_expiry = Milliseconds(broker.producer_id_expiration_ms);
  return log;
}

}  // namespace millrace::broker
