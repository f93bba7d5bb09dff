#include "broker/upkeep.h"

#include "broker/broker.h"

namespace millrace::broker {

Upkeep::Upkeep(Broker& broker) : broker_(broker), shards_(broker.shard_count()) {}

void Upkeep::start() {
  for (size_t i = 0; i < shards_.size(); ++i) {
    auto& shard = broker_.shard(i);
    shard.post([this, &shard] {
      shards_[shard.index()].next_retention =
          shard.context().clock.mono_now() +
          Milliseconds(broker_.config().log_retention_check_interval_ms);
      shard.publish_statistics();
      arm(shard);
    });
  }
}

void Upkeep::arm(Shard& shard) {
  shards_[shard.index()].timer = shard.executor().call_after(
      Milliseconds(broker_.config().log_flush_offset_checkpoint_interval_ms),
      [this, &shard] { tick(shard); });
}

void Upkeep::tick(Shard& shard) {
  shard.publish_statistics();
  auto& mine = shards_[shard.index()];
  auto now = shard.context().clock.mono_now();
  if (now >= mine.next_retention) {
    mine.next_retention = now + Milliseconds(broker_.config().log_retention_check_interval_ms);
    apply_retention(shard);
  }
  if (shard.index() == 0 && shards_left_ == 0) begin_checkpoints();
  arm(shard);
}

void Upkeep::apply_retention(Shard& shard) {
  auto now = shard.context().clock.wall_now();
  shard.for_each_partition([&](const TopicImage& topic, Partition& partition) {
    auto deleted = partition.log().apply_retention(now);
    if (!deleted) {
      broker_.log().error("retention failed", kv("topic", topic.name),
                          kv("partition", partition.id()), kv("reason", deleted.error().context));
    } else if (*deleted > 0) {
      broker_.log().info("old segments deleted", kv("topic", topic.name),
                         kv("partition", partition.id()), kv("segments", *deleted));
    }
  });
}

void Upkeep::begin_checkpoints() {
  round_ = broker_.directory().begin_checkpoints();
  gathered_.clear();
  shards_left_ = broker_.shard_count();
  for (size_t i = 0; i < broker_.shard_count(); ++i) {
    broker_.run_on(i, 0, [this, i] {
      std::vector<storage::LogCheckpoint> some;
      broker_.shard(i).for_each_partition([&](const TopicImage&, Partition& partition) {
        some.push_back(partition.log().checkpoint());
      });
      broker_.run_on(0, i, [this, some = std::move(some)] { on_gathered(some); });
    });
  }
}

void Upkeep::on_gathered(const std::vector<storage::LogCheckpoint>& some) {
  gathered_.insert(gathered_.end(), some.begin(), some.end());
  if (--shards_left_ > 0) return;
  if (auto written = broker_.directory().write_checkpoints(round_, std::move(gathered_));
      !written) {
    broker_.log().error("checkpoints could not be written", kv("reason", written.error().context));
  }
}

}  // namespace millrace::broker
