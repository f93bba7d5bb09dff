#pragma once

#include <functional>
#include <vector>

#include "broker/metadata_image.h"

namespace millrace::broker {

class Broker;

/// Gives `after` to every shard, which opens the partitions that are new in it and drops those
/// that are gone; then deletes the files of the latter. `touched` are the topics that differ.
/// Called on shard 0, and `done` is.
void publish_metadata(Broker& broker, ImagePtr before, ImagePtr after, std::vector<TopicId> touched,
                      std::function<void()> done);

/// Creates the log of a partition that belongs to `shard`, which must be the current one, and lets
/// the shard adopt it. A failure is logged; the partition then answers KAFKA_STORAGE_ERROR.
class Shard;
void create_partition(Broker& broker, Shard& shard, const std::shared_ptr<const TopicImage>& topic,
                      PartitionId id);

}  // namespace millrace::broker
