#include "millrace/admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>

#include "client/kafka.h"

namespace millrace {

using namespace client;

namespace {

using NewTopicHandle = std::unique_ptr<rd_kafka_NewTopic_t, CallDestroy<rd_kafka_NewTopic_destroy>>;
using DeleteTopicHandle =
    std::unique_ptr<rd_kafka_DeleteTopic_t, CallDestroy<rd_kafka_DeleteTopic_destroy>>;
using ResourceHandle =
    std::unique_ptr<rd_kafka_ConfigResource_t, CallDestroy<rd_kafka_ConfigResource_destroy>>;
using GroupOffsetsHandle = std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t,
                                           CallDestroy<rd_kafka_ListConsumerGroupOffsets_destroy>>;
using OptionsHandle =
    std::unique_ptr<rd_kafka_AdminOptions_t, CallDestroy<rd_kafka_AdminOptions_destroy>>;

/// "<doing>: <the broker's own sentence, or librdkafka's for the code>".
Result<void> outcome_of(rd_kafka_resp_err_t error, const char* sentence, std::string_view doing) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  auto text = sentence != nullptr ? sentence : rd_kafka_err2str(error);
  return fail(code_of(error), fmt::format("{}: {}", doing, text));
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

GroupMember member_of(const rd_kafka_MemberDescription_t* from) {
  GroupMember member;
  member.id = rd_kafka_MemberDescription_consumer_id(from);
  member.client_id = rd_kafka_MemberDescription_client_id(from);
  member.host = rd_kafka_MemberDescription_host(from);
  const auto* assignment = rd_kafka_MemberDescription_assignment(from);
  for (auto& place : places_of(rd_kafka_MemberAssignment_partitions(assignment))) {
    member.assigned.push_back({std::move(place.topic), place.partition});
  }
  std::ranges::sort(member.assigned);
  return member;
}

}  // namespace

class Admin::Impl {
 public:
  Impl(AdminOptions options, KafkaHandle handle)
      : options_(std::move(options)),
        handle_(std::move(handle)),
        answers_(rd_kafka_queue_new(handle_.get())),
        events_(rd_kafka_queue_get_main(handle_.get())) {}

  rd_kafka_t* kafka() const { return handle_.get(); }
  int timeout_ms() const { return static_cast<int>(options_.timeout.count()); }

  /// Metadata of one topic, or of all for null. The first call also finds out whether any broker
  /// answers: a refused connection is told at once, not after the timeout.
  Result<MetadataHandle> metadata(const char* topic) {
    auto only =
        TopicHandle(topic == nullptr ? nullptr : rd_kafka_topic_new(kafka(), topic, nullptr));
    auto deadline = std::chrono::steady_clock::now() + options_.timeout;
    for (;;) {
      const rd_kafka_metadata_t* found = nullptr;
      auto error = rd_kafka_metadata(kafka(), topic == nullptr ? 1 : 0, only.get(), &found,
                                     connected_ ? timeout_ms() : poll_step_ms);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        connected_ = true;
        return MetadataHandle(found);
      }
      if (connected_) return fail(error_of(error, "metadata"));
      if (auto refused = why_unreachable(); !refused.empty()) {
        return fail(Errc::unavailable,
                    fmt::format("no broker at {}: {}", options_.bootstrap, refused));
      }
      if (std::chrono::steady_clock::now() > deadline) {
        return fail(Errc::unavailable, fmt::format("no broker at {} answers within {} ms",
                                                   options_.bootstrap, options_.timeout.count()));
      }
    }
  }

  /// Calls `ask` with options of this kind and a queue, and waits for the one event it answers.
  Result<EventHandle> ask(
      rd_kafka_admin_op_t kind, std::string_view doing,
      const std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& ask_broker) {
    if (!connected_) MR_TRY(metadata(nullptr));
    auto admin_options = OptionsHandle(rd_kafka_AdminOptions_new(kafka(), kind));
    std::array<char, 256> why{};
    auto set = rd_kafka_AdminOptions_set_request_timeout(admin_options.get(), timeout_ms(),
                                                         why.data(), why.size());
    MR_TRY(outcome_of(set, why.data(), doing));
    ask_broker(admin_options.get(), answers_.get());
    auto event = EventHandle(rd_kafka_queue_poll(answers_.get(), timeout_ms() + grace_ms));
    if (!event) return fail(Errc::timed_out, fmt::format("{}: no answer", doing));
    MR_TRY(outcome_of(rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()),
                      doing));
    return event;
  }

 private:
  static constexpr int poll_step_ms = 250;
  static constexpr int grace_ms = 1'000;  // librdkafka itself answers at its own timeout

  /// librdkafka's reason when it has found every broker down; empty while it still tries.
  std::string why_unreachable() {
    while (auto event = EventHandle(rd_kafka_queue_poll(events_.get(), 0))) {
      if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_LOG) {
        forward_log(options_.logger, event.get());
        continue;
      }
      if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
      auto code = rd_kafka_event_error(event.get());
      if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        return last_reason_.empty() ? "it does not answer" : last_reason_;
      }
      last_reason_ = rd_kafka_err2str(code);
      auto sentence = std::string_view(rd_kafka_event_error_string(event.get()));
      if (sentence.find("refused") != std::string_view::npos) last_reason_ = "connection refused";
    }
    return "";
  }

  AdminOptions options_;
  KafkaHandle handle_;
  QueueHandle answers_;
  QueueHandle events_;
  bool connected_ = false;
  std::string last_reason_;
};

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
  if (found == all.end()) return fail(Errc::not_found, fmt::format("no topic '{}'", name));
  return *std::move(found);
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
  for (std::size_t i = 0; i < count; ++i) {
    MR_TRY(outcome_of(rd_kafka_topic_result_error(topics[i]),
                      rd_kafka_topic_result_error_string(topics[i]), doing));
  }
  return {};
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
  for (std::size_t i = 0; i < count; ++i) {
    MR_TRY(outcome_of(rd_kafka_topic_result_error(topics[i]),
                      rd_kafka_topic_result_error_string(topics[i]), doing));
  }
  return {};
}

Result<std::vector<ConfigEntry>> Admin::topic_configs(const std::string& name) {
  auto doing = fmt::format("settings of topic '{}'", name);
  auto handle = ResourceHandle(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  MR_TRY(auto event,
         impl_->ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, doing, [&](auto* o, auto* queue) {
           auto* raw = handle.get();
           rd_kafka_DescribeConfigs(impl_->kafka(), &raw, 1, o, queue);
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

Result<std::vector<GroupListing>> Admin::groups() {
  MR_TRY(auto event,
         impl_->ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, "groups", [&](auto* o, auto* queue) {
           rd_kafka_ListConsumerGroups(impl_->kafka(), o, queue);
         }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_ListConsumerGroups_result(event.get());
  const auto** errors = rd_kafka_ListConsumerGroups_result_errors(result, &count);
  if (count > 0) {
    return fail(code_of(rd_kafka_error_code(errors[0])),
                fmt::format("groups: {}", rd_kafka_error_string(errors[0])));
  }
  const auto** listed = rd_kafka_ListConsumerGroups_result_valid(result, &count);
  std::vector<GroupListing> groups;
  for (std::size_t i = 0; i < count; ++i) {
    auto state = rd_kafka_ConsumerGroupListing_state(listed[i]);
    groups.push_back({rd_kafka_ConsumerGroupListing_group_id(listed[i]),
                      rd_kafka_consumer_group_state_name(state)});
  }
  std::ranges::sort(groups, {}, &GroupListing::name);
  return groups;
}

Result<GroupDescription> Admin::group(const std::string& name) {
  auto doing = fmt::format("group '{}'", name);
  MR_TRY(auto event,
         impl_->ask(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, doing, [&](auto* o, auto* queue) {
           const char* raw = name.c_str();
           rd_kafka_DescribeConsumerGroups(impl_->kafka(), &raw, 1, o, queue);
         }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConsumerGroups_result(event.get());
  const auto** groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count);
  if (count != 1) return fail(Errc::failed, fmt::format("{}: {} answers", doing, count));
  const auto* group = groups[0];
  if (const auto* error = rd_kafka_ConsumerGroupDescription_error(group); error != nullptr) {
    return fail(code_of(rd_kafka_error_code(error)),
                fmt::format("{}: {}", doing, rd_kafka_error_string(error)));
  }
  GroupDescription described;
  described.name = name;
  described.state =
      rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(group));
  described.assignor = rd_kafka_ConsumerGroupDescription_partition_assignor(group);
  for (std::size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(group); ++i) {
    described.members.push_back(member_of(rd_kafka_ConsumerGroupDescription_member(group, i)));
  }
  return described;
}

Result<std::vector<TopicPartitionOffset>> Admin::committed(const std::string& group) {
  auto doing = fmt::format("offsets of group '{}'", group);
  auto asked = GroupOffsetsHandle(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), nullptr));
  MR_TRY(auto event,
         impl_->ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, doing, [&](auto* o, auto* queue) {
           auto* raw = asked.get();
           rd_kafka_ListConsumerGroupOffsets(impl_->kafka(), &raw, 1, o, queue);
         }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_ListConsumerGroupOffsets_result(event.get());
  const auto** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
  if (count != 1) return fail(Errc::failed, fmt::format("{}: {} answers", doing, count));
  if (const auto* error = rd_kafka_group_result_error(groups[0]); error != nullptr) {
    return fail(code_of(rd_kafka_error_code(error)),
                fmt::format("{}: {}", doing, rd_kafka_error_string(error)));
  }
  auto places = places_of(rd_kafka_group_result_partitions(groups[0]));
  std::ranges::sort(places);
  return places;
}

}  // namespace millrace
