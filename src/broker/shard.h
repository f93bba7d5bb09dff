#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/executor.h"
#include "base/log.h"
#include "base/metrics.h"
#include "broker/broker_config.h"
#include "broker/metadata_image.h"
#include "broker/partition.h"
#include "io/directory.h"
#include "io/sync_pool.h"
#include "record/decompressor.h"
#include "storage/committer.h"
#include "storage/file_cache.h"

namespace millrace::broker {

class GroupRunner;

/// What all parts of a broker share. Everything in it outlives them and is thread-safe.
struct BrokerContext {
  const BrokerConfig& config;
  const Clock& clock;
  Logger log;
  metrics::Registry& metrics;
  io::Directory& files;
  io::SyncPool* sync_pool = nullptr;  ///< null: syncs run in place (tests)
  size_t open_files_max = 1024;       ///< of one shard
};

/// What a scrape shows of one partition, copied by its shard once a second.
struct PartitionStatistics {
  std::shared_ptr<const TopicImage> topic;
  PartitionId partition;
  Offset start;
  Offset end;  ///< the high watermark: what consumers can reach
  uint64_t size_bytes = 0;
};

struct GroupStatistics {
  std::string group;
  std::string state;
  size_t members = 0;
  struct Committed {
    std::string topic;
    PartitionId partition;
    Offset offset;
  };
  std::vector<Committed> committed;
};

struct ShardStatistics {
  std::vector<PartitionStatistics> partitions;
  std::vector<GroupStatistics> groups;
};

/// One executor, the partitions it owns and the coordinator of the groups it owns. All but
/// `post`, `statistics` and the constants are for its own thread.
class Shard {
 public:
  Shard(BrokerContext context, size_t index, Executor& executor);
  ~Shard();

  size_t index() const { return index_; }
  Executor& executor() { return executor_; }
  void post(Executor::Task task) { executor_.post(std::move(task)); }
  const BrokerContext& context() const { return context_; }

  /// The newest metadata this shard has heard of.
  const ImagePtr& image() const { return image_; }
  void set_image(ImagePtr image) { image_ = std::move(image); }

  storage::FileCache& file_cache() { return files_; }
  record::Decompressor& decompressor() { return decompressor_; }

  /// Counters of one topic, shared by its partitions here.
  struct TopicMeter {
    metrics::Counter& bytes_in;
    metrics::Counter& records_in;
    metrics::Counter& bytes_out;
    metrics::Counter& records_out;
  };
  /// A partition of this shard with what belongs to its topic.
  struct Owned {
    std::shared_ptr<const TopicImage> topic;
    TopicConfig config;
    TopicMeter* meter = nullptr;
    std::unique_ptr<Partition> partition;
    std::optional<MonoTime> dirty_since;
  };

  /// The counters of `topic` on this shard's thread.
  TopicMeter& meter(const TopicImage& topic);

  /// Takes over a partition that belongs to this shard.
  Partition& adopt(std::shared_ptr<const TopicImage> topic, TopicConfig config, PartitionId id,
                   std::unique_ptr<storage::Log> log);
  /// Lets a deleted partition go; whoever waits for it is told.
  void drop(const TopicId& topic, PartitionId id);
  Partition* find(const TopicId& topic, PartitionId id);
  const Owned* find_owned(const TopicId& topic, PartitionId id) const;

  /// To be called after an append or trim: starts the group commit and wakes who can be answered.
  void appended(Partition& partition);
  /// As appended(), but asks for a sync whatever the topic's flush.messages says.
  void sync_soon(Partition& partition);

  GroupRunner& groups() { return *groups_; }

  /// Keeps a request of this shard alive while nothing but a watch or a timer knows of it.
  void keep(std::shared_ptr<void> request) { kept_.insert(std::move(request)); }
  void let_go(const std::shared_ptr<void>& request) { kept_.erase(request); }

  template <class F>
  void for_each_partition(F f) {
    for (auto& [key, owned] : partitions_) f(*owned.topic, *owned.partition);
  }

  /// Copies what a scrape shows. On the shard's thread.
  void publish_statistics();
  /// The last copy. Thread-safe, waits for no one but a copy under way.
  std::shared_ptr<const ShardStatistics> statistics() const;

  /// Closes every log and adds its checkpoint to `closed` when that succeeded. Waits for the
  /// device. After it only the destructor may be called. Returns the first error.
  Result<void> close(std::vector<storage::LogCheckpoint>& closed);

 private:
  struct Key {
    TopicId topic;
    PartitionId partition;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      return std::hash<TopicId>{}(key.topic) * 31 + static_cast<size_t>(key.partition.value());
    }
  };

  void mark_dirty(Partition& partition);
  void on_synced(storage::Log& log);

  BrokerContext context_;
  size_t index_;
  Executor& executor_;
  ImagePtr image_;
  storage::FileCache files_;
  record::Decompressor decompressor_;
  metrics::Histogram& commit_duration_;
  std::unordered_map<Key, Owned, KeyHash> partitions_;
  std::unordered_map<const storage::Log*, Owned*> by_log_;
  std::unordered_map<std::string, TopicMeter> meters_;
  std::unique_ptr<storage::Committer> committer_;
  std::unique_ptr<GroupRunner> groups_;

  std::unordered_set<std::shared_ptr<void>> kept_;

  mutable std::mutex statistics_mutex_;
  std::shared_ptr<const ShardStatistics> statistics_;
};

}  // namespace millrace::broker
