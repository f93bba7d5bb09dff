#include "broker/controller.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "broker/broker.h"
#include "broker/cluster_records.h"
#include "broker/error_map.h"
#include "broker/metadata_publisher.h"
#include "broker/record_log.h"
#include "broker/topic_name.h"

namespace millrace::broker {

using wire::ErrorCode;

namespace {

/// As in Kafka: the id of the metadata topic is the same everywhere.
TopicId metadata_topic_id() {
  std::array<uint8_t, 16> bytes{};
  bytes.back() = 1;
  return TopicId(bytes);
}

constexpr int32_t producer_id_block = 1000;

Controller::Outcome refused(ErrorCode error, std::string message) {
  return {error, std::move(message), nullptr};
}

}  // namespace

Controller::Controller(Broker& broker, const storage::DirectoryIdentity& identity)
    : broker_(broker), directory_id_(identity.directory_id), node_id_(identity.node_id) {
  state_.cluster_id = identity.cluster_id;
  state_.node_id = identity.node_id;
}

Result<void> Controller::load() {
  auto& shard = broker_.shard(0);
  const auto& context = shard.context();
  auto topic = std::make_shared<TopicImage>(
      TopicImage{std::string(metadata_topic), metadata_topic_id(), 1, {}, true});
  storage::PartitionName name{topic->name, PartitionId(0)};
  storage::LogConfig config;
  config.delete_old_segments = false;
  auto found = std::ranges::any_of(broker_.directory().found(),
                                   [&](const auto& f) { return f.partition == name; });
  auto opened = found ? broker_.directory().open_log(shard.file_cache(), name, topic->id, config,
                                                     context.clock.wall_now())
                      : broker_.directory().create_log(shard.file_cache(), name, topic->id, config,
                                                       context.clock.wall_now());
  if (!opened) return fail(opened.error());
  log_ = &shard.adopt(topic, TopicConfig{}, PartitionId(0), *std::move(opened));
  MR_TRY(replay_records(log_->log(), [this](auto, std::optional<Bytes> value) -> Result<void> {
    return value ? replay(*value) : Result<void>{};
  }));
  touched_.clear();  // nobody has seen anything yet
  next_producer_id_ = producer_id_block_end_ = state_.next_producer_id;
  if (log_->log().end_offset() > Offset(0)) return {};
  // The bootstrap record that Kafka's own metadata log starts with.
  std::vector<OwnRecord> first = {{{}, feature_level_record(metadata_version_level)}};
  MR_TRY(append_records(log_->log(), first, context.clock.wall_now()));
  shard.sync_soon(*log_);
  return {};
}

// --- topics

void Controller::create_topics(std::vector<NewTopic> topics, bool validate_only, Done done) {
  enqueue([this, topics = std::move(topics), validate_only, done = std::move(done)] {
    Decision decision;
    std::vector<std::string> names;
    int64_t partitions = state_.partitions;
    for (const auto& topic : topics) {
      decision.outcomes.push_back(decide_new_topic(topic, decision, names, partitions));
    }
    if (validate_only) decision.records.clear();
    answer_when_done(std::move(decision), done);
  });
}

void Controller::auto_create(const std::vector<std::string>& names, std::function<void()> done) {
  std::vector<NewTopic> topics;
  for (const auto& name : names) topics.push_back(defaults_for(name));
  create_topics(std::move(topics), false,
                [done = std::move(done)](const std::vector<Outcome>&) { done(); });
}

Controller::NewTopic Controller::defaults_for(const std::string& name) const {
  NewTopic topic{.name = name};
  if (name == offsets_topic) {
    topic.partitions = broker_.config().offsets_topic_num_partitions;
    topic.overrides = {{"cleanup.policy", "compact"}, {"segment.bytes", "104857600"}};
    topic.internal = true;
  }
  return topic;
}

Controller::Outcome Controller::decide_new_topic(const NewTopic& topic, Decision& decision,
                                                 std::vector<std::string>& names,
                                                 int64_t& partitions) const {
  const auto& config = broker_.config();
  if (auto legal = check_topic_name(topic.name); !legal) {
    return refused(ErrorCode::invalid_topic_exception, legal.error().context);
  }
  if (is_internal_topic(topic.name) && !topic.internal) {
    return refused(ErrorCode::invalid_topic_exception,
                   fmt::format("{} is written by the broker and made by itself", topic.name));
  }
  if (state_.find(topic.name) != nullptr || std::ranges::count(names, topic.name) > 0) {
    return refused(ErrorCode::topic_already_exists,
                   fmt::format("topic '{}' already exists", topic.name));
  }
  if (auto other = colliding_topic(topic.name, names); !other.empty()) {
    return refused(ErrorCode::invalid_topic_exception,
                   fmt::format("topic '{}' collides with '{}': '.' and '_' are one in metric names",
                               topic.name, other));
  }
  auto count = topic.partitions == -1 ? config.num_partitions : topic.partitions;
  if (count < 1 || count > config.partitions_per_topic_max) {
    return refused(ErrorCode::invalid_partitions,
                   fmt::format("a topic has 1 to {} partitions, not {}",
                               config.partitions_per_topic_max, count));
  }
  if (partitions + count > config.partitions_max) {
    return refused(
        ErrorCode::policy_violation,
        fmt::format("millrace.partitions.max={} would be exceeded", config.partitions_max));
  }
  auto factor = topic.replication_factor == -1 ? 1 : topic.replication_factor;
  if (factor < 1 || (factor > 1 && !config.replication_factor_clamp)) {
    return refused(ErrorCode::invalid_replication_factor,
                   fmt::format("replication factor {}: this is a single node, so 1 is the only one "
                               "(replication.factor.clamp=true takes larger ones for 1)",
                               factor));
  }
  if (auto valid = topic_config(config, topic.overrides); !valid) {
    return refused(ErrorCode::invalid_config, valid.error().context);
  }
  auto image = std::make_shared<TopicImage>(
      TopicImage{topic.name, Uuid::random(), count, topic.overrides, topic.internal});
  decision.records.push_back(topic_record(*image));
  for (int32_t p = 0; p < count; ++p) add_partition_record(decision, image->id, p);
  for (const auto& [key, value] : topic.overrides) {
    decision.records.push_back(config_record(topic.name, key, value));
  }
  names.push_back(topic.name);
  partitions += count;
  return {.topic = image};
}

/// The name of a topic that '.' and '_' do not tell from `name`; empty when there is none.
std::string Controller::colliding_topic(const std::string& name,
                                        const std::vector<std::string>& more) const {
  if (name.find_first_of("._") == std::string::npos) return "";
  auto key = collision_key(name);
  for (const auto& [other, topic] : state_.topics) {
    if (collision_key(other) == key) return other;
  }
  for (const auto& other : more) {
    if (collision_key(other) == key) return other;
  }
  return "";
}

void Controller::add_partition_record(Decision& decision, const TopicId& topic,
                                      int32_t partition) const {
  decision.records.push_back(
      partition_record(topic, PartitionId(partition), node_id_, directory_id_));
}

void Controller::delete_topics(std::vector<TopicRef> topics, Done done) {
  enqueue([this, topics = std::move(topics), done = std::move(done)] {
    Decision decision;
    std::vector<TopicId> gone;
    for (const auto& ref : topics) {
      auto by_id = !ref.id.is_zero();
      const auto* topic = by_id ? state_.find(ref.id) : state_.find(ref.name);
      if (topic == nullptr || std::ranges::count(gone, topic->id) > 0) {
        decision.outcomes.push_back(
            refused(by_id ? ErrorCode::unknown_topic_id : ErrorCode::unknown_topic_or_partition,
                    "there is no such topic"));
        continue;
      }
      if (topic->internal) {
        decision.outcomes.push_back(
            refused(ErrorCode::invalid_topic_exception, "the broker needs this topic"));
        continue;
      }
      gone.push_back(topic->id);
      decision.outcomes.push_back({.topic = state_.topics_by_id.at(topic->id)});
      decision.records.push_back(remove_topic_record(topic->id));
    }
    answer_when_done(std::move(decision), done);
  });
}

void Controller::create_partitions(std::vector<MorePartitions> topics, bool validate_only,
                                   Done done) {
  enqueue([this, topics = std::move(topics), validate_only, done = std::move(done)] {
    Decision decision;
    for (const auto& topic : topics) {
      decision.outcomes.push_back(decide_partitions(topic, decision));
    }
    if (validate_only) decision.records.clear();
    answer_when_done(std::move(decision), done);
  });
}

Controller::Outcome Controller::decide_partitions(const MorePartitions& more,
                                                  Decision& decision) const {
  const auto& config = broker_.config();
  const auto* topic = state_.find(more.name);
  if (topic == nullptr) {
    return refused(ErrorCode::unknown_topic_or_partition, "there is no such topic");
  }
  if (topic->internal) {
    return refused(ErrorCode::invalid_topic_exception, "the broker needs this topic as it is");
  }
  if (more.count <= topic->partitions) {
    return refused(ErrorCode::invalid_partitions,
                   fmt::format("topic '{}' has {} partitions already, so {} is no increase",
                               topic->name, topic->partitions, more.count));
  }
  if (more.count > config.partitions_per_topic_max ||
      state_.partitions + more.count - topic->partitions > config.partitions_max) {
    return refused(ErrorCode::invalid_partitions,
                   fmt::format("more than {} partitions of a topic, or {} in all, are not allowed",
                               config.partitions_per_topic_max, config.partitions_max));
  }
  for (int32_t p = topic->partitions; p < more.count; ++p) {
    add_partition_record(decision, topic->id, p);
  }
  return {.topic = state_.topics_by_id.at(topic->id)};
}

// --- producer ids

void Controller::next_producer_id(std::function<void(Result<ProducerId>)> done) {
  enqueue([this, done = std::move(done)] {
    if (next_producer_id_ < producer_id_block_end_) {
      done(std::exchange(next_producer_id_, next_producer_id_ + 1));
      return finish();
    }
    auto begin = producer_id_block_end_;
    auto end = begin + producer_id_block;
    commit({producer_ids_record(node_id_, end)},
           [this, begin, end, done](const Result<void>& outcome) {
             if (outcome) {
               next_producer_id_ = begin + 1;
               producer_id_block_end_ = end;
               done(begin);
             } else {
               done(fail(outcome.error()));
             }
           });
  });
}

// --- a change on its way

void Controller::enqueue(std::function<void()> change) {
  queue_.push_back(std::move(change));
  run_queue();
}

/// A change may finish before its call returns, and then comes here again: only the outer call
/// goes on, so that a long queue is no deep stack.
void Controller::run_queue() {
  if (running_) return;
  running_ = true;
  while (!busy_ && !queue_.empty()) {
    busy_ = true;
    auto change = std::move(queue_.front());
    queue_.pop_front();
    change();
  }
  running_ = false;
}

/// Commits what was decided; outcomes that were to be successes share the fate of the records.
void Controller::answer_when_done(Decision decision, Done done) {
  commit(std::move(decision.records), [this, outcomes = std::move(decision.outcomes),
                                       done](const Result<void>& outcome) mutable {
    for (auto& one : outcomes) {
      if (!outcome && one.error == ErrorCode::none) {
        one = refused(error_code_of(outcome.error()), outcome.error().context);
      } else if (one.topic && state_.find(one.topic->id) != nullptr) {
        one.topic = state_.topics_by_id.at(one.topic->id);
      }
    }
    done(std::move(outcomes));
  });
}

void Controller::commit(std::vector<Record> records,
                        std::function<void(const Result<void>&)> done) {
  auto end_with = [this, done = std::move(done)](const Result<void>& outcome) {
    done(outcome);
    finish();
  };
  if (records.empty()) return end_with({});
  std::vector<OwnRecord> batch;
  for (const auto& record : records) batch.push_back({{}, record});
  auto& shard = broker_.shard(0);
  auto appended = append_records(log_->log(), batch, shard.context().clock.wall_now());
  if (!appended) return end_with(fail(appended.error()));
  auto before = std::make_shared<const MetadataImage>(state_);
  for (const auto& record : records) {
    auto applied = replay(record);
    MR_ASSERT(applied.has_value());  // we have just written it
  }
  log_->when_durable(appended->last_offset + 1,
                     [this, before, end_with](const Result<void>& durable) {
                       if (!durable) return end_with(durable);
                       auto after = std::make_shared<const MetadataImage>(state_);
                       std::ranges::sort(touched_);
                       touched_.erase(std::ranges::unique(touched_).begin(), touched_.end());
                       publish_metadata(broker_, before, after, std::exchange(touched_, {}),
                                        [end_with] { end_with({}); });
                     });
  shard.sync_soon(*log_);
}

void Controller::finish() {
  busy_ = false;
  run_queue();
}

/// The only place where what is known changes.
Result<void> Controller::replay(Bytes record) {
  return apply_cluster_record(record, state_, touched_);
}

}  // namespace millrace::broker
