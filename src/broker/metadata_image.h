#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "broker/topic_config.h"

namespace millrace::broker {

/// One topic as the metadata log has it. Immutable.
struct TopicImage {
  std::string name;
  TopicId id;
  int32_t partitions = 0;
  TopicOverrides overrides;
  bool internal = false;
};

/// What every shard knows of the cluster: published as a whole, never changed in place.
struct MetadataImage {
  std::string cluster_id;
  BrokerId node_id;
  std::map<std::string, std::shared_ptr<const TopicImage>, std::less<>> topics;
  std::unordered_map<TopicId, std::shared_ptr<const TopicImage>> topics_by_id;
  int64_t partitions = 0;          ///< of all topics
  ProducerId next_producer_id{0};  ///< the first id that no block has been taken of

  const TopicImage* find(std::string_view name) const;
  const TopicImage* find(const TopicId& id) const;

  void put(std::shared_ptr<const TopicImage> topic);
  void remove(const TopicId& id);
};

using ImagePtr = std::shared_ptr<const MetadataImage>;

/// The shard that owns a partition. The same for the life of a process only.
size_t owner_shard(const TopicId& topic, PartitionId partition, size_t shards);

}  // namespace millrace::broker
