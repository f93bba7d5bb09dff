#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "broker/metadata_image.h"

/// The records of `__cluster_metadata`-0: how each change is written, and what each means when it
/// is read. Kafka's own records, so that Kafka's tools can read the log.
namespace millrace::broker {

Buffer feature_level_record(int16_t metadata_version);
Buffer topic_record(const TopicImage& topic);
/// A partition whose only replica is on `node`, in its data directory.
Buffer partition_record(const TopicId& topic, PartitionId partition, BrokerId node,
                        const Uuid& directory);
Buffer config_record(const std::string& topic, const std::string& name, const std::string& value);
Buffer remove_topic_record(const TopicId& topic);
Buffer producer_ids_record(BrokerId node, ProducerId next);

/// Applies one record to `image`; adds the topic it is about to `touched`. Records of kinds that a
/// single node has no use for are passed over. Errors: corrupt, unsupported.
Result<void> apply_cluster_record(Bytes record, MetadataImage& image,
                                  std::vector<TopicId>& touched);

}  // namespace millrace::broker
