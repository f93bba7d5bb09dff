#include "broker/metrics_collector.h"

#include <algorithm>
#include <map>

#include "broker/broker.h"

namespace millrace::broker {
namespace {

using Partitions = std::map<std::pair<std::string, int32_t>, PartitionStatistics>;
using Out = std::vector<metrics::Sample>;

void gauge(Out& out, std::string name, std::string help, metrics::Labels labels, double value) {
  out.push_back({metrics::Kind::gauge, std::move(name), std::move(help), std::move(labels), value});
}

double number(int64_t value) {
  return static_cast<double>(value);
}

void collect_partition(const PartitionStatistics& p, Out& out) {
  metrics::Labels labels = {{"topic", p.topic->name},
                            {"partition", std::to_string(p.partition.value())}};
  gauge(out, "millrace_log_start_offset", "First offset of the partition.", labels,
        number(p.start.value()));
  gauge(out, "millrace_log_end_offset", "High watermark: the offset after the last visible record.",
        labels, number(p.end.value()));
  gauge(out, "kafka_topic_partition_oldest_offset", "Oldest offset of a topic's partition.", labels,
        number(p.start.value()));
  gauge(out, "kafka_topic_partition_current_offset", "Current offset of a topic's partition.",
        labels, number(p.end.value()));
  gauge(out, "kafka_topic_partition_in_sync_replica", "In-sync replicas of a topic's partition.",
        labels, 1);
  gauge(out, "kafka_topic_partition_replicas", "Replicas of a topic's partition.", labels, 1);
  gauge(out, "kafka_topic_partition_leader", "Leader of a topic's partition.", labels, 1);
  gauge(out, "kafka_topic_partition_leader_is_preferred",
        "1 if the leader is the preferred broker.", labels, 1);
  gauge(out, "kafka_topic_partition_under_replicated_partition",
        "1 if the partition has too few replicas.", labels, 0);
}

void collect_topics(const Partitions& partitions, Out& out) {
  struct Topic {
    int64_t partitions = 0;
    uint64_t bytes = 0;
  };
  std::map<std::string, Topic> topics;
  for (const auto& [key, p] : partitions) {
    auto& topic = topics[key.first];
    ++topic.partitions;
    topic.bytes += p.size_bytes;
    collect_partition(p, out);
  }
  for (const auto& [name, topic] : topics) {
    gauge(out, "millrace_log_size_bytes", "Bytes of record batches kept.", {{"topic", name}},
          static_cast<double>(topic.bytes));
    gauge(out, "kafka_topic_partitions", "Number of partitions of a topic.", {{"topic", name}},
          number(topic.partitions));
  }
}

/// Committed offsets and ends are kept by the same program, so a lag is exact to the second. A
/// commit beyond the end (of a topic made anew) is no lag.
void collect_group(const GroupStatistics& group, const Partitions& partitions, Out& out) {
  metrics::Labels only_group = {{"consumergroup", group.group}};
  gauge(out, "kafka_consumergroup_members", "Members of a consumer group.", only_group,
        static_cast<double>(group.members));
  gauge(out, "millrace_group_members", "Members of a consumer group.", {{"group", group.group}},
        static_cast<double>(group.members));
  gauge(out, "millrace_group_state", "1 for the state that the group is in.",
        {{"group", group.group}, {"state", group.state}}, 1);
  std::map<std::string, std::pair<int64_t, int64_t>> sums;  // by topic: offsets, lag
  for (const auto& c : group.committed) {
    auto partition = std::to_string(c.partition.value());
    metrics::Labels kafka = {
        {"consumergroup", group.group}, {"topic", c.topic}, {"partition", partition}};
    gauge(out, "kafka_consumergroup_current_offset", "Committed offset of a consumer group.", kafka,
          number(c.offset.value()));
    auto found = partitions.find({c.topic, c.partition.value()});
    if (found == partitions.end()) continue;
    auto lag = std::max<int64_t>(found->second.end - c.offset, 0);
    gauge(out, "kafka_consumergroup_lag", "Records a consumer group has not committed yet.", kafka,
          number(lag));
    gauge(out, "millrace_group_lag_records", "Records a consumer group has not committed yet.",
          {{"group", group.group}, {"topic", c.topic}, {"partition", partition}}, number(lag));
    sums[c.topic].first += c.offset.value();
    sums[c.topic].second += lag;
  }
  for (const auto& [topic, sum] : sums) {
    metrics::Labels labels = {{"consumergroup", group.group}, {"topic", topic}};
    gauge(out, "kafka_consumergroup_current_offset_sum",
          "Committed offsets of a consumer group, over all partitions of a topic.", labels,
          number(sum.first));
    gauge(out, "kafka_consumergroup_lag_sum",
          "Records a consumer group has not committed yet, over all partitions of a topic.", labels,
          number(sum.second));
  }
}

}  // namespace

void collect_metrics(Broker& broker, Out& out) {
  gauge(out, "kafka_brokers", "Number of brokers in the cluster.", {}, 1);
  if (auto free = broker.directory().files().free_space()) {
    gauge(out, "millrace_disk_free_bytes", "Bytes that can still be written to the data directory.",
          {}, static_cast<double>(*free));
  }
  Partitions partitions;
  std::vector<std::shared_ptr<const ShardStatistics>> all;
  for (size_t i = 0; i < broker.shard_count(); ++i) all.push_back(broker.shard(i).statistics());
  for (const auto& shard : all) {
    for (const auto& p : shard->partitions) {
      partitions.emplace(std::pair(p.topic->name, p.partition.value()), p);
    }
  }
  collect_topics(partitions, out);
  for (const auto& shard : all) {
    for (const auto& group : shard->groups) collect_group(group, partitions, out);
  }
}

}  // namespace millrace::broker
