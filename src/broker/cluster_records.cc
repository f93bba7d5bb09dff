#include "broker/cluster_records.h"

#include <algorithm>

#include "base/assert.h"
#include "broker/topic_name.h"
#include "wire/metadata_records.h"

namespace millrace::broker {
namespace {

template <class M>
Buffer value_of(const M& record, wire::Version version = 0) {
  auto value = wire::metadata_value(record, version);
  MR_ASSERT(value.has_value());  // names are checked before: no string is too long
  return *std::move(value);
}

/// A changed copy of the topic; the image holds it from now on.
template <class F>
Result<void> change_topic(MetadataImage& image, const TopicId& id, F change) {
  auto found = image.topics_by_id.find(id);
  if (found == image.topics_by_id.end()) {
    return fail(Errc::corrupt, "a metadata record is about a topic that does not exist");
  }
  auto topic = std::make_shared<TopicImage>(*found->second);
  change(*topic);
  image.put(std::move(topic));
  return {};
}

Result<void> apply_config(const wire::ConfigRecord& record, MetadataImage& image,
                          std::vector<TopicId>& touched) {
  if (record.resource_type != wire::ConfigResourceType::topic) return {};
  const auto* topic = image.find(record.resource_name);
  if (topic == nullptr) return fail(Errc::corrupt, "a setting of a topic that does not exist");
  touched.push_back(topic->id);
  return change_topic(image, topic->id, [&](TopicImage& t) {
    if (record.value) {
      t.overrides[record.name] = *record.value;
    } else {
      t.overrides.erase(record.name);
    }
  });
}

}  // namespace

Buffer feature_level_record(int16_t metadata_version) {
  return value_of(
      wire::FeatureLevelRecord{.name = "metadata.version", .feature_level = metadata_version});
}

Buffer topic_record(const TopicImage& topic) {
  return value_of(wire::TopicRecord{.name = topic.name, .topic_id = topic.id});
}

Buffer partition_record(const TopicId& topic, PartitionId partition, BrokerId node,
                        const Uuid& directory) {
  wire::PartitionRecord record;
  record.partition_id = partition;
  record.topic_id = topic;
  record.replicas = record.isr = {node};
  record.leader = node;
  record.leader_epoch = LeaderEpoch(0);
  record.partition_epoch = 0;
  record.directories = {directory};
  return value_of(record, 1);
}

Buffer config_record(const std::string& topic, const std::string& name, const std::string& value) {
  return value_of(wire::ConfigRecord{.resource_type = wire::ConfigResourceType::topic,
                                     .resource_name = topic,
                                     .name = name,
                                     .value = value});
}

Buffer remove_topic_record(const TopicId& topic) {
  return value_of(wire::RemoveTopicRecord{.topic_id = topic});
}

Buffer producer_ids_record(BrokerId node, ProducerId next) {
  return value_of(
      wire::ProducerIdsRecord{.broker_id = node, .broker_epoch = 0, .next_producer_id = next});
}

Result<void> apply_cluster_record(Bytes record, MetadataImage& image,
                                  std::vector<TopicId>& touched) {
  MR_TRY(auto header, wire::decode_metadata_header(record));
  switch (header.type) {
    case wire::TopicRecord::message.key: {
      MR_TRY(auto topic, wire::metadata_record<wire::TopicRecord>(header, record));
      touched.push_back(topic.topic_id);
      image.put(std::make_shared<TopicImage>(
          TopicImage{topic.name, topic.topic_id, 0, {}, is_internal_topic(topic.name)}));
      return {};
    }
    case wire::PartitionRecord::message.key: {
      MR_TRY(auto partition, wire::metadata_record<wire::PartitionRecord>(header, record));
      touched.push_back(partition.topic_id);
      return change_topic(image, partition.topic_id, [&](TopicImage& topic) {
        topic.partitions = std::max(topic.partitions, partition.partition_id.value() + 1);
      });
    }
    case wire::ConfigRecord::message.key: {
      MR_TRY(auto config, wire::metadata_record<wire::ConfigRecord>(header, record));
      return apply_config(config, image, touched);
    }
    case wire::RemoveTopicRecord::message.key: {
      MR_TRY(auto removed, wire::metadata_record<wire::RemoveTopicRecord>(header, record));
      touched.push_back(removed.topic_id);
      image.remove(removed.topic_id);
      return {};
    }
    case wire::ProducerIdsRecord::message.key: {
      MR_TRY(auto block, wire::metadata_record<wire::ProducerIdsRecord>(header, record));
      image.next_producer_id = std::max(image.next_producer_id, block.next_producer_id);
      return {};
    }
    default:
      return {};
  }
}

}  // namespace millrace::broker
