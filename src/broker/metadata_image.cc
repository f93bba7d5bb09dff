#include "broker/metadata_image.h"

namespace millrace::broker {

const TopicImage* MetadataImage::find(std::string_view name) const {
  auto found = topics.find(name);
  return found == topics.end() ? nullptr : found->second.get();
}

const TopicImage* MetadataImage::find(const TopicId& id) const {
  auto found = topics_by_id.find(id);
  return found == topics_by_id.end() ? nullptr : found->second.get();
}

void MetadataImage::put(std::shared_ptr<const TopicImage> topic) {
  remove(topic->id);
  partitions += topic->partitions;
  topics_by_id[topic->id] = topic;
  topics[topic->name] = std::move(topic);
}

void MetadataImage::remove(const TopicId& id) {
  auto found = topics_by_id.find(id);
  if (found == topics_by_id.end()) return;
  partitions -= found->second->partitions;
  topics.erase(found->second->name);
  topics_by_id.erase(found);
}

size_t owner_shard(const TopicId& topic, PartitionId partition, size_t shards) {
  // The partitions of one topic are dealt out in turn, so that a topic of as many partitions as
  // there are shards uses all of them.
  return (std::hash<TopicId>{}(topic) + static_cast<size_t>(partition.value())) % shards;
}

}  // namespace millrace::broker
