#include "broker/shard.h"

#include "base/assert.h"
#include "broker/group_runner.h"
#include "storage/commit_journal.h"
#include "storage/journal_plan.h"
#include "storage/round_committer.h"

namespace millrace::broker {

Shard::Shard(BrokerContext context, size_t index, Executor& executor)
    : context_(context),
      index_(index),
      executor_(executor),
      image_(std::make_shared<const MetadataImage>()),
      files_(context.files, context.open_files_max),
      commit_duration_(context.metrics.histogram(
          "millrace_log_fsync_duration_seconds",
          "Time from asking for a partition's sync to its end, the wait for a round included.")),
      committer_(std::make_unique<storage::RoundCommitter>(
          executor,
          std::make_unique<storage::JournalPlan>(
              executor, context.files, context.sync_pool,
              storage::JournalPlan::Config{.name = storage::commit_journal_name(index)},
              context.log.named("storage")),
          [this](storage::Log& log) { on_synced(log); })),
      groups_(std::make_unique<GroupRunner>(*this)),
      statistics_(std::make_shared<const ShardStatistics>()) {}

Shard::~Shard() = default;

Partition& Shard::adopt(std::shared_ptr<const TopicImage> topic, TopicConfig config, PartitionId id,
                        std::unique_ptr<storage::Log> log) {
  auto [it, inserted] = partitions_.try_emplace(Key{topic->id, id});
  MR_ASSERT(inserted);
  it->second.meter = &meter(*topic);
  it->second.topic = std::move(topic);
  it->second.config = std::move(config);
  it->second.partition = std::make_unique<Partition>(std::move(log), id);
  by_log_[&it->second.partition->log()] = &it->second;
  return *it->second.partition;
}

void Shard::drop(const TopicId& topic, PartitionId id) {
  auto found = partitions_.find(Key{topic, id});
  if (found == partitions_.end()) return;
  auto& partition = *found->second.partition;
  committer_->forget(partition.log());
  by_log_.erase(&partition.log());
  auto gone = std::move(found->second.partition);
  partitions_.erase(found);
  gone->abandon({Errc::not_found, "the partition was deleted"});
}

Partition* Shard::find(const TopicId& topic, PartitionId id) {
  const auto* owned = find_owned(topic, id);
  return owned == nullptr ? nullptr : owned->partition.get();
}

const Shard::Owned* Shard::find_owned(const TopicId& topic, PartitionId id) const {
  auto found = partitions_.find(Key{topic, id});
  return found == partitions_.end() ? nullptr : &found->second;
}

void Shard::appended(Partition& partition) {
  if (partition.log().wants_sync()) mark_dirty(partition);
  partition.on_progress();
}

void Shard::sync_soon(Partition& partition) {
  if (partition.log().needs_sync() ||
      partition.log().durable_end() < partition.log().end_offset()) {
    mark_dirty(partition);
  }
  partition.on_progress();
}

void Shard::mark_dirty(Partition& partition) {
  auto& owned = *by_log_.at(&partition.log());
  if (!owned.dirty_since) owned.dirty_since = context_.clock.mono_now();
  committer_->mark_dirty(partition.log());
}

void Shard::on_synced(storage::Log& log) {
  auto found = by_log_.find(&log);
  if (found == by_log_.end()) return;
  auto& owned = *found->second;
  if (owned.dirty_since) {
    auto now = context_.clock.mono_now();
    commit_duration_.observe(now - *owned.dirty_since);
    owned.dirty_since.reset();
    // What was appended while this round was under way is in the next.
    if (log.wants_sync()) owned.dirty_since = now;
  }
  owned.partition->on_progress();
}

Shard::TopicMeter& Shard::meter(const TopicImage& topic) {
  if (auto found = meters_.find(topic.name); found != meters_.end()) return found->second;
  auto counter = [&](std::string_view name, std::string_view help,
                     const char* direction) -> metrics::Counter& {
    return context_.metrics.counter(name, help, {{"topic", topic.name}, {"direction", direction}});
  };
  constexpr auto bytes = "millrace_topic_bytes_total";
  constexpr auto bytes_help =
      "Bytes of record batches as stored: in from producers, out to consumers.";
  constexpr auto records = "millrace_topic_records_total";
  constexpr auto records_help = "Records: in from producers, out to consumers.";
  return meters_
      .try_emplace(
          topic.name,
          TopicMeter{counter(bytes, bytes_help, "in"), counter(records, records_help, "in"),
                     counter(bytes, bytes_help, "out"), counter(records, records_help, "out")})
      .first->second;
}

void Shard::publish_statistics() {
  auto fresh = std::make_shared<ShardStatistics>();
  for (const auto& [key, owned] : partitions_) {
    const auto& log = owned.partition->log();
    fresh->partitions.push_back(
        {owned.topic, key.partition, log.start_offset(), log.high_watermark(), log.size_bytes()});
  }
  groups_->collect(fresh->groups);
  std::lock_guard lock(statistics_mutex_);
  statistics_ = std::move(fresh);
}

std::shared_ptr<const ShardStatistics> Shard::statistics() const {
  std::lock_guard lock(statistics_mutex_);
  return statistics_;
}

Result<void> Shard::close(std::vector<storage::LogCheckpoint>& closed) {
  Result<void> outcome;
  for (auto& [key, owned] : partitions_) {
    auto& log = owned.partition->log();
    committer_->forget(log);
    auto result = log.close();
    if (result) closed.push_back(log.checkpoint());
    if (!result && outcome) outcome = fail(result.error());
  }
  by_log_.clear();
  partitions_.clear();
  if (outcome) return committer_->close();
  return outcome;
}

}  // namespace millrace::broker
