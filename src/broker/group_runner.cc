#include "broker/group_runner.h"

#include <algorithm>

#include "broker/record_log.h"
#include "broker/shard.h"
#include "broker/topic_name.h"

namespace millrace::broker {
namespace {

groups::GroupsConfig groups_config(const BrokerConfig& config, const MetadataImage& image) {
  groups::GroupsConfig out;
  const auto* topic = image.find(offsets_topic);
  out.offsets_topic_partitions =
      topic != nullptr ? topic->partitions : config.offsets_topic_num_partitions;
  out.session_timeout_min = Milliseconds(config.group_min_session_timeout_ms);
  out.session_timeout_max = Milliseconds(config.group_max_session_timeout_ms);
  out.initial_rebalance_delay = Milliseconds(config.group_initial_rebalance_delay_ms);
  out.group_size_max = config.group_max_size;
  out.offset_metadata_bytes_max = static_cast<size_t>(config.offset_metadata_max_bytes);
  out.offsets_retention = std::chrono::minutes(config.offsets_retention_minutes);
  return out;
}

}  // namespace

GroupRunner::GroupRunner(Shard& shard) : shard_(shard) {}
GroupRunner::~GroupRunner() = default;

std::unique_ptr<groups::GroupCoordinator> GroupRunner::make_coordinator() const {
  return std::make_unique<groups::GroupCoordinator>(
      groups_config(shard_.context().config, *shard_.image()),
      [] { return Uuid::random().text(); });
}

groups::Now GroupRunner::now() const {
  const auto& clock = shard_.context().clock;
  return {clock.mono_now(), clock.wall_now()};
}

Result<void> GroupRunner::load() {
  coordinator_ = make_coordinator();
  const auto* topic = shard_.image()->find(offsets_topic);
  for (int32_t p = 0; topic != nullptr && p < topic->partitions; ++p) {
    auto* partition = shard_.find(topic->id, PartitionId(p));
    if (partition == nullptr) continue;  // another shard's
    MR_TRY(
        replay_records(partition->log(), [&](std::optional<Bytes> key, std::optional<Bytes> value) {
          return key ? coordinator_->replay(*key, value) : Result<void>{};
        }));
  }
  coordinator_->on_loaded(now());
  arm_timer();
  return {};
}

void GroupRunner::run(const Event& event) {
  auto effects = event(*coordinator_, now());
  if (effects.records.empty() && steps_.empty()) {
    for (const auto& reply : effects.replies) deliver(reply);
  } else {
    auto step = std::make_shared<Step>();
    step->replies = std::move(effects.replies);
    step->partitions_left = 1;  // held until every record is appended
    steps_.push_back(step);
    if (auto appended = append(effects.records, step); !appended) {
      return start_again(appended.error());
    }
    --step->partitions_left;
    release();
  }
  arm_timer();
}

/// Records of one partition follow each other in `records`.
Result<void> GroupRunner::append(std::span<const groups::RecordToAppend> records,
                                 const std::shared_ptr<Step>& step) {
  while (!records.empty()) {
    auto id = records.front().partition;
    auto end = std::ranges::find_if(records, [id](const auto& r) { return r.partition != id; });
    auto count = static_cast<size_t>(end - records.begin());
    MR_TRY(append_to(id, records.first(count), step));
    records = records.subspan(count);
  }
  return {};
}

Result<void> GroupRunner::append_to(PartitionId id, std::span<const groups::RecordToAppend> records,
                                    const std::shared_ptr<Step>& step) {
  const auto* topic = shard_.image()->find(offsets_topic);
  auto* partition = topic == nullptr ? nullptr : shard_.find(topic->id, id);
  if (partition == nullptr) {
    return fail(Errc::unavailable, "this shard has no such partition of __consumer_offsets");
  }
  std::vector<OwnRecord> own;
  for (const auto& record : records) own.push_back({record.key, record.value});
  MR_TRY(auto appended, append_records(partition->log(), own, shard_.context().clock.wall_now()));
  ++step->partitions_left;
  partition->when_durable(appended.last_offset + 1,
                          [this, step, life = life_](const Result<void>& outcome) {
                            if (life != life_) return;
                            if (!outcome) return start_again(outcome.error());
                            --step->partitions_left;
                            release();
                          });
  shard_.sync_soon(*partition);
  return {};
}

/// Sends what has become durable, in the order of the events.
void GroupRunner::release() {
  if (releasing_) return;
  releasing_ = true;
  while (!steps_.empty() && steps_.front()->partitions_left == 0) {
    auto step = std::move(steps_.front());
    steps_.pop_front();
    for (const auto& reply : step->replies) deliver(reply);
    if (step->answer_query) step->answer_query();
  }
  releasing_ = false;
}

void GroupRunner::deliver(const groups::Reply& reply) {
  auto found = waiting_.find(reply.token);
  if (found == waiting_.end()) return;
  auto waiter = std::move(found->second);
  waiting_.erase(found);
  waiter.deliver(reply.body);
}

void GroupRunner::query(
    const std::function<std::function<void()>(const groups::GroupCoordinator&)>& look) {
  auto answer = look(*coordinator_);
  if (steps_.empty()) return answer();
  auto step = std::make_shared<Step>();
  step->answer_query = std::move(answer);
  steps_.push_back(std::move(step));
}

void GroupRunner::on_topics_deleted(const std::vector<std::string>& topics) {
  run([&](groups::GroupCoordinator& c, groups::Now at) { return c.on_topics_deleted(topics, at); });
}

/// The coordinator is ahead of a log that could not be written: back to what the log says.
void GroupRunner::start_again(const Error& why) {
  shard_.context().log.error("group state could not be written; groups are read again",
                             kv("reason", why.context));
  stop();
  if (auto loaded = load(); !loaded) {
    shard_.context().log.error("groups of a shard could not be read; they start empty",
                               kv("reason", loaded.error().context));
    coordinator_ = make_coordinator();
  }
}

void GroupRunner::stop() {
  ++life_;
  timer_.reset();
  timer_at_.reset();
  for (const auto& reply : coordinator_->abandon(wire::ErrorCode::coordinator_not_available)) {
    deliver(reply);
  }
  auto lost = std::exchange(waiting_, {});
  auto steps = std::exchange(steps_, {});
  for (const auto& [token, waiter] : lost) waiter.deliver(waiter.if_lost);
  for (const auto& step : steps) {
    if (step->answer_query) step->answer_query();
  }
  coordinator_ = make_coordinator();
}

void GroupRunner::arm_timer() {
  auto due = coordinator_->next_deadline();
  if (!due || (timer_at_ && *timer_at_ <= *due)) return;
  timer_at_ = due;
  auto delay = std::max(*due - shard_.context().clock.mono_now(), Duration(0));
  timer_ = shard_.executor().call_after(delay, [this] {
    timer_at_.reset();
    run([](groups::GroupCoordinator& c, groups::Now at) { return c.on_timer(at); });
  });
}

void GroupRunner::collect(std::vector<GroupStatistics>& out) const {
  if (!coordinator_) return;
  for (const auto& listed : coordinator_->list({})) {
    auto& group = out.emplace_back();
    group.group = listed.group_id;
    group.state = groups::name_of(listed.state);
    if (auto described = coordinator_->describe(listed.group_id)) {
      group.members = described->members.size();
    }
    for (const auto& [partition, committed] : coordinator_->all_committed(listed.group_id)) {
      group.committed.push_back({partition.topic, partition.partition, committed.offset});
    }
  }
}

}  // namespace millrace::broker
