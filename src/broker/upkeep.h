#pragma once

#include <memory>
#include <vector>

#include "base/executor.h"
#include "storage/log_directory.h"

namespace millrace::broker {

class Broker;
class Shard;

/// What has to be done every now and then: checkpoints (so that recovery is short), retention,
/// and the copy of numbers that a scrape shows. Each shard has its own timer.
class Upkeep {
 public:
  explicit Upkeep(Broker& broker);

  void start();

 private:
  struct PerShard {  // on the shard's thread
    std::unique_ptr<Executor::Timer> timer;
    MonoTime next_retention;
  };

  void arm(Shard& shard);
  void tick(Shard& shard);
  void apply_retention(Shard& shard);

  // Checkpoints, on shard 0: gather from every shard, then write.
  void begin_checkpoints();
  void on_gathered(const std::vector<storage::LogCheckpoint>& some);

  Broker& broker_;
  std::vector<PerShard> shards_;
  storage::LogDirectory::CheckpointRound round_ = 0;
  std::vector<storage::LogCheckpoint> gathered_;
  size_t shards_left_ = 0;
};

}  // namespace millrace::broker
