#include "broker/broker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "broker/group_runner.h"
#include "broker/handlers/table.h"
#include "broker/metadata_publisher.h"
#include "broker/metrics_collector.h"
#include "broker/topic_name.h"
#include "broker/upkeep.h"

namespace millrace::broker {

Broker::Broker(BrokerConfig config, Deps& deps)
    : config_(std::move(config)),
      log_(deps.log),
      clock_(deps.clock),
      metrics_(deps.metrics),
      meters_(deps.executors.size()) {}

Broker::~Broker() = default;

Result<std::unique_ptr<Broker>> Broker::open(BrokerConfig config, Deps deps) {
  MR_ASSERT(!deps.executors.empty());
  std::unique_ptr<Broker> broker(new Broker(std::move(config), deps));
  MR_TRY(broker->load(deps));
  return broker;
}

Result<void> Broker::load(Deps& deps) {
  if (!config_.advertised_listeners.empty()) {
    MR_TRY(advertised_, parse_address(config_.advertised_listeners));
  }
  MR_TRY(topic_config(config_, {}));
  MR_TRY(directory_, storage::LogDirectory::open(std::move(deps.directory),
                                                 {.cluster_id = {},
                                                  .node_id = BrokerId(config_.node_id),
                                                  .logger = log_.named("storage")}));
  BrokerContext context{
      .config = config_,
      .clock = clock_,
      .log = log_,
      .metrics = metrics_,
      .files = directory_->files(),
      .sync_pool = deps.sync_pool,
      .open_files_max = std::max<size_t>(deps.open_files_max / deps.executors.size(), 16)};
  for (size_t i = 0; i < deps.executors.size(); ++i) {
    shards_.push_back(std::make_unique<Shard>(context, i, *deps.executors[i]));
  }
  controller_ = std::make_unique<Controller>(*this, directory_->identity());
  MR_TRY(controller_->load());
  MR_TRY(open_partitions());
  for (auto& shard : shards_) {
    if (auto loaded = shard->groups().load(); !loaded) {
      log_.error("consumer groups could not be read to the end; the rest starts empty",
                 kv("shard", shard->index()), kv("reason", loaded.error().context));
    }
  }
  upkeep_ = std::make_unique<Upkeep>(*this);
  return {};
}

/// Opens every partition that the metadata log knows; sets aside those it does not.
Result<void> Broker::open_partitions() {
  auto image = std::make_shared<const MetadataImage>(controller_->state());
  for (auto& shard : shards_) shard->set_image(image);
  std::map<storage::PartitionName, TopicId> found;
  for (const auto& f : directory_->found()) found.emplace(f.partition, f.topic_id);
  for (const auto& [name, id] : found) {
    const auto* topic = image->find(name.topic);
    bool known = name.topic == metadata_topic ||
                 (topic != nullptr && name.partition.value() < topic->partitions &&
                  (id.is_zero() || id == topic->id));
    if (!known) MR_TRY(set_aside(name));
  }
  for (const auto& [name, topic] : image->topics) MR_TRY(open_topic(topic, found));
  return {};
}

/// Of a topic whose deletion was under way when the broker ended, or that was put here by hand.
/// Renamed as Kafka does, never deleted.
Result<void> Broker::set_aside(const storage::PartitionName& partition) {
  auto from = partition.directory();
  auto to = fmt::format("{}.{}-stray", from, Uuid::random().text());
  MR_TRY(directory_->files().rename(from, to));
  log_.warn("a partition that no topic has was set aside", kv("partition", from), kv("as", to));
  return directory_->files().sync_directory("");
}

Result<void> Broker::open_topic(const std::shared_ptr<const TopicImage>& topic,
                                const std::map<storage::PartitionName, TopicId>& found) {
  MR_TRY(auto config, topic_config(config_, topic->overrides));
  for (int32_t p = 0; p < topic->partitions; ++p) {
    PartitionId id(p);
    storage::PartitionName name{topic->name, id};
    auto& owner_of_it = shard(owner(topic->id, id));
    if (auto was = found.find(name);
        was == found.end() || (!was->second.is_zero() && was->second != topic->id)) {
      create_partition(*this, owner_of_it, topic, id);
      continue;
    }
    MR_TRY(auto log, directory_->open_log(owner_of_it.file_cache(), name, topic->id,
                                          log_config(config_, config), clock_.wall_now()));
    if (log->damage()) {
      log_.error("a partition is damaged and takes no writes", kv("partition", name.directory()),
                 kv("damage", log->damage()->sentence()));
    }
    owner_of_it.adopt(topic, config, id, std::move(log));
  }
  return {};
}

void Broker::start() {
  collector_ = metrics_.add_collector(
      [this](std::vector<metrics::Sample>& out) { collect_metrics(*this, out); });
  for (auto& shard : shards_) {
    shard->post([this, s = shard.get()] {
      // Cells belong to the thread that counts in them.
      for (const auto& api : api_table()) meter(s->index(), api);
    });
  }
  upkeep_->start();
}

Result<void> Broker::admit(const FramePrefix& prefix) const {
  wire::ApiKey key{prefix.api_key};
  const auto* api = find_api(key);
  if (api == nullptr) {
    return fail(Errc::unsupported,
                fmt::format("API key {} ({}) is not served", prefix.api_key, wire::name_of(key)));
  }
  bool any_version = key == wire::ApiKey::api_versions;
  if (!any_version && !api->served.contains(prefix.api_version)) {
    return fail(Errc::unsupported,
                fmt::format("{} version {} is not served, {} to {} are", wire::name_of(key),
                            prefix.api_version, api->served.min, api->served.max));
  }
  auto first_max = static_cast<size_t>(config_.first_request_max_bytes);
  if (prefix.first_request && key != wire::ApiKey::produce && prefix.frame_bytes > first_max) {
    return fail(Errc::limit_exceeded,
                fmt::format("a first request of {} bytes, millrace.first.request.max.bytes={}",
                            prefix.frame_bytes, first_max));
  }
  return {};
}

void Broker::handle(size_t shard_index, std::shared_ptr<const ConnectionInfo> connection,
                    Buffer frame, ReplyCallback reply) {
  auto header = wire::decode_request_header(frame);
  if (!header) return reply({.pieces = {}, .close_because = header.error().context});
  FramePrefix prefix{.api_key = static_cast<int16_t>(header->api_key),
                     .api_version = header->api_version,
                     .frame_bytes = frame.size()};
  if (auto admitted = admit(prefix); !admitted) {
    return reply({.pieces = {}, .close_because = admitted.error().context});
  }
  const auto& api = *find_api(header->api_key);
  Call call{.broker = *this,
            .home = shard(shard_index),
            .connection = std::move(connection),
            .header = *std::move(header),
            .frame = std::make_shared<Buffer>(std::move(frame))};
  if (!api.served.contains(call.version())) return refuse_api_versions(call, reply);
  api.handle(std::move(call), meter(shard_index, api), std::move(reply));
}

ApiMeter& Broker::meter(size_t shard_index, const Api& api) {
  auto& meters = meters_[shard_index];
  auto found = meters.find(api.key);
  if (found != meters.end()) return found->second;
  return meters.try_emplace(api.key, metrics_, wire::name_of(api.key)).first->second;
}

size_t Broker::group_owner(const MetadataImage& image, std::string_view group) const {
  const auto* topic = image.find(offsets_topic);
  if (topic == nullptr) return 0;
  return owner(topic->id, groups::partition_for(group, topic->partitions));
}

Address Broker::advertised(const ConnectionInfo& connection) const {
  return advertised_.value_or(connection.local);
}

void Broker::begin_stop() {
  stopping_ = true;
  for (auto& shard : shards_) {
    shard->post([s = shard.get()] {
      s->for_each_partition([](const TopicImage&, Partition& partition) { partition.wake_all(); });
      s->groups().stop();
    });
  }
}

Result<void> Broker::close() {
  collector_.reset();
  upkeep_.reset();
  std::vector<storage::LogCheckpoint> closed;
  Result<void> outcome;
  for (auto& shard : shards_) {
    auto result = shard->close(closed);
    if (!result && outcome) outcome = fail(result.error());
  }
  if (outcome) return directory_->close_clean(std::move(closed));
  MR_TRY(directory_->write_checkpoints(directory_->begin_checkpoints(), std::move(closed)));
  return outcome;
}

}  // namespace millrace::broker
