#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "broker/metadata_image.h"
#include "broker/partition.h"
#include "broker/shard.h"
#include "storage/log_directory.h"
#include "wire/error_code.h"

namespace millrace::broker {

class Broker;

/// metadata.version as a number: 4.0-IV3. Every record kind written here is in it.
inline constexpr int16_t metadata_version_level = 25;

/// Topics, their settings and blocks of producer ids: decides, appends Kafka's records to
/// `__cluster_metadata`-0, applies them, and lets every shard know once they are durable. One
/// change at a time; others queue. Lives on shard 0.
class Controller {
 public:
  struct Outcome {
    wire::ErrorCode error = wire::ErrorCode::none;
    std::string message = {};                      ///< of an error
    std::shared_ptr<const TopicImage> topic = {};  ///< as it is now, or was before it was deleted
  };
  /// One outcome per element of the request, in its order. Called on shard 0, after the change is
  /// durable and every shard has it.
  using Done = std::function<void(std::vector<Outcome>)>;

  struct NewTopic {
    std::string name;
    int32_t partitions = -1;          ///< −1: num.partitions
    int32_t replication_factor = -1;  ///< −1: default.replication.factor
    TopicOverrides overrides = {};
    bool internal = false;  ///< made by the broker itself: reserved names are allowed
  };
  struct MorePartitions {
    std::string name;
    int32_t count = 0;  ///< in all
  };
  struct TopicRef {
    std::string name;
    TopicId id;  ///< used when not zero
  };

  Controller(Broker& broker, const storage::DirectoryIdentity& identity);

  /// Opens and replays the metadata log; makes it when there is none. Waits for the device.
  Result<void> load();
  /// What the log says, durable or about to be. Shards see it later.
  const MetadataImage& state() const { return state_; }

  void create_topics(std::vector<NewTopic> topics, bool validate_only, Done done);
  void delete_topics(std::vector<TopicRef> topics, Done done);
  void create_partitions(std::vector<MorePartitions> topics, bool validate_only, Done done);
  /// Creates those of `names` that are not there, with defaults (internal topics with Kafka's).
  void auto_create(const std::vector<std::string>& names, std::function<void()> done);
  /// A producer id that was never given out, also not by a process before this one.
  void next_producer_id(std::function<void(Result<ProducerId>)> done);

 private:
  using Record = Buffer;  ///< the value of a metadata record, framed as Kafka does
  struct Decision {
    std::vector<Record> records;
    std::vector<Outcome> outcomes;
  };

  Outcome decide_new_topic(const NewTopic& topic, Decision& decision,
                           std::vector<std::string>& names, int64_t& partitions) const;
  Outcome decide_partitions(const MorePartitions& topic, Decision& decision) const;
  std::string colliding_topic(const std::string& name, const std::vector<std::string>& more) const;
  void add_partition_record(Decision& decision, const TopicId& topic, int32_t partition) const;
  NewTopic defaults_for(const std::string& name) const;

  // A change on its way: enqueue -> run_queue -> (decide) -> commit -> (durable, published) ->
  // finish.
  void enqueue(std::function<void()> change);
  void run_queue();
  void answer_when_done(Decision decision, Done done);
  void commit(std::vector<Record> records, std::function<void(const Result<void>&)> done);
  void finish();
  Result<void> replay(Bytes record);

  Broker& broker_;
  Uuid directory_id_;
  BrokerId node_id_;
  Partition* log_ = nullptr;
  MetadataImage state_;
  std::vector<TopicId> touched_;  ///< by the change under way
  ProducerId next_producer_id_{0};
  ProducerId producer_id_block_end_{0};

  std::deque<std::function<void()>> queue_;
  bool busy_ = false;     ///< a change is under way
  bool running_ = false;  ///< run_queue is on the stack
};

}  // namespace millrace::broker
