#include "broker/produce_partition.h"

#include <fmt/format.h>

#include "broker/error_map.h"
#include "record/batch_edit.h"
#include "record/check_batch.h"

namespace millrace::broker {
namespace {

using wire::ErrorCode;

ProduceOutcome refused(ErrorCode error, std::string message) {
  return {.error = error, .message = std::move(message)};
}

/// A batch that fails its checks has errors of its own in Kafka.
ErrorCode check_error_code(const Error& error) {
  switch (error.code) {
    case Errc::invalid_argument:
      return ErrorCode::invalid_record;
    case Errc::unsupported:
      return ErrorCode::unsupported_compression_type;
    default:
      return error_code_of(error);
  }
}

std::optional<ProduceOutcome> check_times(const TopicConfig& config,
                                          const record::RecordTimes& times, Timestamp now) {
  if (config.message_timestamp_type != "CreateTime") return std::nullopt;
  auto before = now - times.min_timestamp;
  auto after = times.max_timestamp - now;
  bool has_times = times.min_timestamp >= Timestamp(0);
  if (has_times && before > config.message_timestamp_before_max_ms) {
    return refused(ErrorCode::invalid_timestamp,
                   fmt::format("a record is {} ms old, message.timestamp.before.max.ms={}", before,
                               config.message_timestamp_before_max_ms));
  }
  if (has_times && after > config.message_timestamp_after_max_ms) {
    return refused(ErrorCode::invalid_timestamp,
                   fmt::format("a record is {} ms in the future, message.timestamp.after.max.ms={}",
                               after, config.message_timestamp_after_max_ms));
  }
  return std::nullopt;
}

/// The whole request part is appended or nothing of it. Counts its records.
std::optional<ProduceOutcome> check(Shard& shard, const TopicConfig& config, MutableBytes batches,
                                    int64_t& records) {
  if (batches.empty()) return refused(ErrorCode::invalid_record, "there is no record batch");
  auto now = shard.context().clock.wall_now();
  record::BatchCursor cursor(batches);
  record::CheckOptions options{.require_keys =
                                   config.cleanup_policy.find("compact") != std::string::npos};
  while (true) {
    auto batch = cursor.next();
    if (!batch) return refused(check_error_code(batch.error()), batch.error().context);
    if (!*batch) return std::nullopt;
    auto view = **batch;
    if (view.bytes().size() > static_cast<size_t>(config.max_message_bytes)) {
      return refused(ErrorCode::message_too_large,
                     fmt::format("a batch of {} bytes, max.message.bytes={}", view.bytes().size(),
                                 config.max_message_bytes));
    }
    if (view.header().attributes.transactional()) {
      return refused(ErrorCode::invalid_txn_state, "transactions are not served by this broker");
    }
    auto times = record::check_batch(view, options, shard.decompressor());
    if (!times) return refused(check_error_code(times.error()), times.error().context);
    if (auto bad = check_times(config, *times, now)) return bad;
    if (view.header().max_timestamp != times->max_timestamp) {
      auto begin = static_cast<size_t>(view.bytes().data() - batches.data());
      record::set_max_timestamp(batches.subspan(begin, view.bytes().size()), times->max_timestamp);
    }
    records += view.header().record_count;
  }
}

ErrorCode append_error_code(const storage::Log& log, const Error& error) {
  return log.stopped() ? ErrorCode::kafka_storage_error : error_code_of(error);
}

}  // namespace

void produce_to_partition(Shard& shard, const TopicId& topic_id, PartitionId id,
                          MutableBytes batches, Acks acks,
                          std::function<void(ProduceOutcome)> done) {
  const auto* owned = shard.find_owned(topic_id, id);
  if (owned == nullptr) {
    bool known = shard.image()->find(topic_id) != nullptr;
    return done(
        refused(known ? ErrorCode::kafka_storage_error : ErrorCode::unknown_topic_or_partition,
                known ? "the partition could not be opened" : "there is no such topic"));
  }
  auto& partition = *owned->partition;
  auto& log = partition.log();
  int64_t records = 0;
  if (auto bad = check(shard, owned->config, batches, records)) return done(*std::move(bad));
  auto appended = log.append(
      batches, {.now = shard.context().clock.wall_now(), .leader_epoch = LeaderEpoch(0)});
  if (!appended) {
    return done(refused(append_error_code(log, appended.error()), appended.error().context));
  }
  if (!appended->duplicate) {
    owned->meter->bytes_in.add(batches.size());
    owned->meter->records_in.add(static_cast<uint64_t>(records));
  }
  ProduceOutcome outcome{.base_offset = appended->base_offset,
                         .log_append_time = appended->log_append_time,
                         .log_start = log.start_offset()};
  if (acks != Acks::all) {
    shard.appended(partition);
    return done(outcome);
  }
  partition.when_visible(appended->last_offset + 1,
                         [outcome, done = std::move(done)](const Result<void>& visible) {
                           if (visible) return done(outcome);
                           done(refused(ErrorCode::kafka_storage_error, visible.error().context));
                         });
  shard.appended(partition);
}

}  // namespace millrace::broker
