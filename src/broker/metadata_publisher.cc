#include "broker/metadata_publisher.h"

#include "broker/broker.h"
#include "broker/group_runner.h"

namespace millrace::broker {
namespace {

/// One change on its tour of the shards.
struct Publication {
  Broker& broker;
  ImagePtr before;
  ImagePtr after;
  std::vector<TopicId> touched;
  std::function<void()> done;
  size_t shards_left;  // counted down on shard 0
};
using PublicationPtr = std::shared_ptr<Publication>;

int32_t partitions_of(const TopicImage* topic) {
  return topic == nullptr ? 0 : topic->partitions;
}

template <class F>
void for_each_owned(const Publication& p, const TopicId& id, int32_t begin, int32_t end,
                    size_t shard, F f) {
  for (int32_t n = begin; n < end; ++n) {
    if (p.broker.owner(id, PartitionId(n)) == shard) f(PartitionId(n));
  }
}

void take_over(const Publication& p, Shard& shard) {
  shard.set_image(p.after);
  std::vector<std::string> deleted;
  for (const auto& id : p.touched) {
    const auto* was = p.before->find(id);
    const auto* is = p.after->find(id);
    for_each_owned(p, id, partitions_of(was), partitions_of(is), shard.index(), [&](PartitionId n) {
      create_partition(p.broker, shard, p.after->topics_by_id.at(id), n);
    });
    if (was == nullptr || is != nullptr) continue;
    deleted.push_back(was->name);
    for_each_owned(p, id, 0, was->partitions, shard.index(),
                   [&](PartitionId n) { shard.drop(id, n); });
  }
  if (!deleted.empty()) shard.groups().on_topics_deleted(deleted);
}

void delete_files(const Publication& p) {
  std::vector<storage::PartitionName> names;
  for (const auto& id : p.touched) {
    const auto* was = p.before->find(id);
    if (was == nullptr || p.after->find(id) != nullptr) continue;
    for (int32_t n = 0; n < was->partitions; ++n) names.push_back({was->name, PartitionId(n)});
  }
  if (names.empty()) return;
  if (auto removed = p.broker.directory().remove_logs(names); !removed) {
    p.broker.log().error("files of deleted topics remain, they are set aside at the next start",
                         kv("reason", removed.error().context));
  }
}

}  // namespace

void publish_metadata(Broker& broker, ImagePtr before, ImagePtr after, std::vector<TopicId> touched,
                      std::function<void()> done) {
  auto publication = std::make_shared<Publication>(
      Publication{broker, std::move(before), std::move(after), std::move(touched), std::move(done),
                  broker.shard_count()});
  for (size_t i = 0; i < broker.shard_count(); ++i) {
    broker.run_on(i, 0, [publication, i] {
      auto& b = publication->broker;
      take_over(*publication, b.shard(i));
      b.run_on(0, i, [publication] {
        if (--publication->shards_left > 0) return;
        delete_files(*publication);
        publication->done();
      });
    });
  }
}

void create_partition(Broker& broker, Shard& shard, const std::shared_ptr<const TopicImage>& topic,
                      PartitionId id) {
  auto config = topic_config(broker.config(), topic->overrides);
  auto log = config ? broker.directory().create_log(shard.file_cache(), {topic->name, id},
                                                    topic->id, log_config(broker.config(), *config),
                                                    shard.context().clock.wall_now())
                    : Result<std::unique_ptr<storage::Log>>(fail(config.error()));
  if (!log) {
    broker.log().error("a partition could not be created", kv("topic", topic->name),
                       kv("partition", id), kv("reason", log.error().context));
    return;
  }
  // Its names become durable with its first records: until then the metadata log is enough to
  // make it again.
  shard.adopt(topic, *std::move(config), id, *std::move(log));
}

}  // namespace millrace::broker
