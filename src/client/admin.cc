#include "millrace/admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "client/admin_impl.h"

namespace millrace {

using namespace client;

namespace {

using NewTopicHandle = std::unique_ptr<rd_kafka_NewTopic_t, CallDestroy<rd_kafka_NewTopic_destroy>>;
using DeleteTopicHandle =
    std::unique_ptr<rd_kafka_DeleteTopic_t, CallDestroy<rd_kafka_DeleteTopic_destroy>>;
using ResourceHandle =
    std::unique_ptr<rd_kafka_ConfigResource_t, CallDestroy<rd_kafka_ConfigResource_destroy>>;
using NewPartitionsHandle =
    std::unique_ptr<rd_kafka_NewPartitions_t, CallDestroy<rd_kafka_NewPartitions_destroy>>;

Result<void> check_topics(const rd_kafka_topic_result_t** topics, std::size_t count,
                          std::string_view doing) {
  for (std::size_t i = 0; i < count; ++i) {
    MR_TRY(outcome_of(rd_kafka_topic_result_error(topics[i]),
                      rd_kafka_topic_result_error_string(topics[i]), doing));
  }
  return {};
}

TopicDescription description_of(const rd_kafka_metadata_topic_t& topic) {
  TopicDescription described;
  described.name = topic.topic;
  described.internal = described.name.starts_with("__");
  for (int i = 0; i < topic.partition_cnt; ++i) {
    described.partitions.emplace_back(topic.partitions[i].id);
  }
  std::ranges::sort(described.partitions);
  return described;
}

}  // namespace

Result<Admin> Admin::open(AdminOptions options) {
  Config config;
  MR_TRY(config.set("bootstrap.servers", options.bootstrap));
  MR_TRY(config.set("client.id", options.client_id));
  MR_TRY(config.apply(options.props, {}));
  config.enable_events(RD_KAFKA_EVENT_ERROR);
  MR_TRY(auto handle, config.start(RD_KAFKA_PRODUCER));
  return Admin(std::make_unique<Impl>(std::move(options), std::move(handle)));
}

Admin::Admin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::~Admin() = default;
Admin::Admin(Admin&&) noexcept = default;
Admin& Admin::operator=(Admin&&) noexcept = default;

Result<void> Admin::connect() {
  MR_TRY(impl_->metadata(nullptr));
  return {};
}

Result<std::vector<TopicDescription>> Admin::topics() {
  MR_TRY(auto metadata, impl_->metadata(nullptr));
  std::vector<TopicDescription> topics;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    topics.push_back(description_of(metadata->topics[i]));
  }
  std::ranges::sort(topics, {}, &TopicDescription::name);
  return topics;
}

Result<TopicDescription> Admin::topic(const std::string& name) {
  // Asked for by name, a missing topic would be created where auto-creation is on.
  MR_TRY(auto all, topics());
  auto found = std::ranges::find(all, name, &TopicDescription::name);
  if (found != all.end()) return *std::move(found);
  std::vector<std::string_view> names;
  for (const auto& topic : all) names.push_back(topic.name);
  return fail(Errc::not_found, fmt::format("no topic '{}'{}", name, did_you_mean(name, names)));
}

Result<void> Admin::create_topic(const NewTopic& topic) {
  auto doing = fmt::format("topic '{}'", topic.name);
  std::array<char, 256> why{};
  auto handle = NewTopicHandle(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                                                     topic.replicas, why.data(), why.size()));
  if (!handle) return fail(Errc::invalid_argument, fmt::format("{}: {}", doing, why.data()));
  for (const auto& [name, value] : topic.configs) {
    MR_TRY(
        result_of(rd_kafka_NewTopic_set_config(handle.get(), name.c_str(), value.c_str()), doing));
  }
  MR_TRY(auto event, impl_->ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, doing, [&](auto* o, auto* queue) {
    auto* raw = handle.get();
    rd_kafka_CreateTopics(impl_->kafka(), &raw, 1, o, queue);
  }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event.get());
  const auto** topics = rd_kafka_CreateTopics_result_topics(result, &count);
  return check_topics(topics, count, doing);
}

Result<void> Admin::delete_topic(const std::string& name) {
  auto doing = fmt::format("topic '{}'", name);
  auto handle = DeleteTopicHandle(rd_kafka_DeleteTopic_new(name.c_str()));
  MR_TRY(auto event, impl_->ask(RD_KAFKA_ADMIN_OP_DELETETOPICS, doing, [&](auto* o, auto* queue) {
    auto* raw = handle.get();
    rd_kafka_DeleteTopics(impl_->kafka(), &raw, 1, o, queue);
  }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DeleteTopics_result(event.get());
  const auto** topics = rd_kafka_DeleteTopics_result_topics(result, &count);
  return check_topics(topics, count, doing);
}

Result<void> Admin::create_partitions(const std::string& name, int32_t total) {
  auto doing = fmt::format("topic '{}'", name);
  std::array<char, 256> why{};
  auto count_wanted = static_cast<std::size_t>(std::max(0, total));
  auto handle = NewPartitionsHandle(
      rd_kafka_NewPartitions_new(name.c_str(), count_wanted, why.data(), why.size()));
  if (!handle) return fail(Errc::invalid_argument, fmt::format("{}: {}", doing, why.data()));
  MR_TRY(auto event,
         impl_->ask(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, doing, [&](auto* o, auto* queue) {
           auto* raw = handle.get();
           rd_kafka_CreatePartitions(impl_->kafka(), &raw, 1, o, queue);
         }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreatePartitions_result(event.get());
  const auto** topics = rd_kafka_CreatePartitions_result_topics(result, &count);
  return check_topics(topics, count, doing);
}

Result<std::vector<ConfigEntry>> Admin::topic_configs(const std::string& name) {
  return impl_->configs(RD_KAFKA_RESOURCE_TOPIC, name, fmt::format("settings of topic '{}'", name));
}

Result<std::vector<ConfigEntry>> Admin::broker_configs(BrokerId broker) {
  auto name = fmt::format("{}", broker);
  return impl_->configs(RD_KAFKA_RESOURCE_BROKER, name, fmt::format("settings of broker {}", name));
}

Result<std::vector<ConfigEntry>> Admin::Impl::configs(rd_kafka_ResourceType_t type,
                                                      const std::string& name,
                                                      std::string_view doing) {
  auto handle = ResourceHandle(rd_kafka_ConfigResource_new(type, name.c_str()));
  MR_TRY(auto event, ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, doing, [&](auto* o, auto* queue) {
           auto* raw = handle.get();
           rd_kafka_DescribeConfigs(kafka(), &raw, 1, o, queue);
         }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConfigs_result(event.get());
  const auto** resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
  std::vector<ConfigEntry> configs;
  for (std::size_t i = 0; i < count; ++i) {
    MR_TRY(outcome_of(rd_kafka_ConfigResource_error(resources[i]),
                      rd_kafka_ConfigResource_error_string(resources[i]), doing));
    std::size_t entries = 0;
    const auto** listed = rd_kafka_ConfigResource_configs(resources[i], &entries);
    for (std::size_t e = 0; e < entries; ++e) {
      const char* value = rd_kafka_ConfigEntry_value(listed[e]);
      configs.push_back({rd_kafka_ConfigEntry_name(listed[e]), value == nullptr ? "" : value,
                         rd_kafka_ConfigEntry_is_default(listed[e]) != 0});
    }
  }
  std::ranges::sort(configs, {}, &ConfigEntry::name);
  return configs;
}

Result<OffsetRange> Admin::offsets(const TopicPartition& partition) {
  int64_t start = 0;
  int64_t end = 0;
  auto error = rd_kafka_query_watermark_offsets(impl_->kafka(), partition.topic.c_str(),
                                                partition.partition.value(), &start, &end,
                                                impl_->timeout_ms());
  MR_TRY(result_of(error, fmt::format("{}-{}", partition.topic, partition.partition)));
  return OffsetRange{Offset(start), Offset(end)};
}

Result<std::optional<Offset>> Admin::offset_at(const TopicPartition& partition, Timestamp from) {
  auto asked = list_of(std::array<TopicPartitionOffset, 1>{
      {{partition.topic, partition.partition, Offset(from.value())}}});
  auto doing = fmt::format("{}-{} at {}", partition.topic, partition.partition, from);
  MR_TRY(result_of(rd_kafka_offsets_for_times(impl_->kafka(), asked.get(), impl_->timeout_ms()),
                   doing));
  MR_TRY(result_of(asked->elems[0].err, doing));
  auto offset = asked->elems[0].offset;
  return offset < 0 ? std::nullopt : std::optional(Offset(offset));
}

Result<ClusterDescription> Admin::cluster() {
  MR_TRY(auto metadata, impl_->metadata(nullptr));
  ClusterDescription cluster;
  if (char* id = rd_kafka_clusterid(impl_->kafka(), impl_->timeout_ms())) {
    cluster.id = id;
    rd_kafka_mem_free(impl_->kafka(), id);
  }
  cluster.controller = BrokerId(rd_kafka_controllerid(impl_->kafka(), impl_->timeout_ms()));
  for (int i = 0; i < metadata->broker_cnt; ++i) {
    const auto& broker = metadata->brokers[i];
    cluster.brokers.push_back(
        {BrokerId(broker.id), broker.host, static_cast<uint16_t>(broker.port)});
  }
  return cluster;
}

}  // namespace millrace
