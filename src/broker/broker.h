#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/address.h"
#include "broker/api_meter.h"
#include "broker/broker_config.h"
#include "broker/controller.h"
#include "broker/request_handler.h"
#include "broker/shard.h"
#include "storage/log_directory.h"
#include "wire/api_key.h"

namespace millrace::broker {

class Upkeep;
struct Api;

/// A single-node Kafka broker without sockets: frames in, replies out. Made of shards; the
/// controller lives on shard 0.
///
/// Life: open (no executor runs yet) → start → handle … → begin_stop → the executors stop → close.
class Broker final : public RequestHandler {
 public:
  struct Deps {                        // all but the directory outlive the broker
    std::vector<Executor*> executors;  ///< one per shard; may be one and the same
    const Clock& clock;
    std::unique_ptr<io::Directory> directory;
    io::SyncPool* sync_pool = nullptr;  ///< null: syncs run in place (tests)
    Logger log;
    metrics::Registry& metrics;
    size_t open_files_max = 1024;  ///< descriptors for log files, all shards together
  };

  /// Opens and recovers the data directory. Errors: those of LogDirectory::open and Log::open,
  /// corrupt (a metadata record that cannot be read).
  static Result<std::unique_ptr<Broker>> open(BrokerConfig config, Deps deps);
  ~Broker() override;

  /// Starts checkpoints, retention and statistics. Before the first request.
  void start();

  Result<void> admit(const FramePrefix& prefix) const override;
  void handle(size_t shard, std::shared_ptr<const ConnectionInfo> connection, Buffer frame,
              ReplyCallback reply) override;

  /// Answers requests that wait for something to happen: long polls at once, group members with
  /// COORDINATOR_NOT_AVAILABLE. Thread-safe.
  void begin_stop();
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }
  /// The clean end: syncs and closes every log, writes the clean-shutdown marker. No executor may
  /// run any more. Waits for the device. Errors: the first of the logs; recovery follows then.
  Result<void> close();

  const BrokerConfig& config() const { return config_; }
  const Logger& log() const { return log_; }
  size_t shard_count() const { return shards_.size(); }
  Shard& shard(size_t index) { return *shards_[index]; }
  size_t owner(const TopicId& topic, PartitionId partition) const {
    return owner_shard(topic, partition, shards_.size());
  }
  /// The shard that coordinates `group`.
  size_t group_owner(const MetadataImage& image, std::string_view group) const;
  Controller& controller() { return *controller_; }  ///< on shard 0
  storage::LogDirectory& directory() { return *directory_; }
  /// Where a client that came on `connection` finds this broker.
  Address advertised(const ConnectionInfo& connection) const;

  /// Runs `task` on `shard`: at once when the caller is there (`from`), else posted.
  template <class F>
  void run_on(size_t shard, size_t from, F task) {
    if (shard == from) return task();
    shards_[shard]->post(std::move(task));
  }

 private:
  Broker(BrokerConfig config, Deps& deps);
  Result<void> load(Deps& deps);
  Result<void> open_partitions();
  Result<void> set_aside(const storage::PartitionName& partition);
  Result<void> open_topic(const std::shared_ptr<const TopicImage>& topic,
                          const std::map<storage::PartitionName, TopicId>& found);
  ApiMeter& meter(size_t shard, const Api& api);

  BrokerConfig config_;
  Logger log_;
  const Clock& clock_;
  metrics::Registry& metrics_;
  std::optional<Address> advertised_;
  std::unique_ptr<storage::LogDirectory> directory_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::unique_ptr<Controller> controller_;
  std::vector<std::map<wire::ApiKey, ApiMeter>> meters_;  ///< one map per shard, on its thread
  std::unique_ptr<Upkeep> upkeep_;
  std::atomic<bool> stopping_{false};
  std::shared_ptr<void> collector_;
};

}  // namespace millrace::broker
