#include "wire/api/fetch.h"

#include <algorithm>

#include "broker/broker.h"
#include "broker/fetch_partition.h"
#include "broker/handlers/table.h"

namespace millrace::broker {
namespace {

using Request = wire::FetchRequest;
using Response = wire::FetchResponse;
using wire::ErrorCode;

/// One Fetch request, a long poll in rounds: every owner shard reads its partitions and leaves a
/// watch where there was too little; a watch that fires, or the end of the wait, starts the next
/// round. Lives on the connection's shard.
///
/// Fetch sessions (KIP-227) are not kept: session id 0 in the answer tells the client so, and it
/// goes on with whole requests.
class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(const Call& call, Request request, Responder<Request> respond)
      : call_(call), request_(std::move(request)), respond_(std::move(respond)) {}

  void start();

 private:
  struct Slot {
    size_t index;  ///< in outcomes_
    FetchPart part;
  };
  using Outcomes = std::vector<std::pair<size_t, FetchOutcome>>;
  using Watch = Partition::Watch;

  void resolve();
  void round();
  void read_on(size_t owner);
  Outcomes read_slots(Shard& shard, const std::vector<Slot>& slots) const;
  void watch_slots(Shard& shard, const std::vector<Slot>& slots);
  void on_outcomes(Outcomes outcomes);
  void on_round_complete();
  void on_wake();
  bool is_enough() const;
  void answer();
  void cut_to_limit();

  Call call_;
  Request request_;
  std::optional<Responder<Request>> respond_;
  uint64_t bytes_max_ = 0;
  std::vector<std::vector<Slot>> by_shard_;
  std::vector<std::shared_ptr<Watch>> watches_;  ///< each touched by its shard's thread alone
  std::vector<FetchOutcome> outcomes_;           ///< one per partition asked for, in order
  bool refused_some_ = false;
  size_t shards_reading_ = 0;
  bool woken_ = false;
  bool last_round_ = false;
  std::unique_ptr<Executor::Timer> timer_;
};

void Fetch::start() {
  if (request_.replica_id >= BrokerId(0) || request_.replica_state.replica_id >= BrokerId(0)) {
    return respond_->close("a Fetch as a replica: this broker has no followers");
  }
  if (request_.session_id != 0 || request_.session_epoch > 0) {
    Response response;
    response.error_code = ErrorCode::fetch_session_id_not_found;
    return (*respond_)(response);
  }
  bytes_max_ = static_cast<uint64_t>(
      std::clamp(request_.max_bytes, 0, call_.broker.config().fetch_max_bytes));
  resolve();
  auto wait_ms = std::min(request_.max_wait_ms, call_.broker.config().fetch_max_wait_ms);
  last_round_ = wait_ms <= 0 || refused_some_;
  round();
  if (!respond_ || last_round_) return;
  call_.home.keep(shared_from_this());
  timer_ = call_.home.executor().call_after(Milliseconds(wait_ms), [weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self) return;
    self->last_round_ = true;
    self->on_wake();
  });
}

/// Which partitions there are and who owns them; the others are refused here.
void Fetch::resolve() {
  by_shard_.resize(call_.broker.shard_count());
  watches_.resize(call_.broker.shard_count());
  const auto& image = *call_.home.image();
  for (const auto& asked : request_.topics) {
    bool by_id = call_.version() >= 13;
    const auto* topic = by_id ? image.find(asked.topic_id) : image.find(asked.topic);
    for (const auto& part : asked.partitions) {
      auto index = outcomes_.size();
      outcomes_.emplace_back();
      bool found = topic != nullptr && part.partition >= PartitionId(0) &&
                   part.partition.value() < topic->partitions;
      if (!found) {
        outcomes_[index].error = by_id && topic == nullptr ? ErrorCode::unknown_topic_id
                                                           : ErrorCode::unknown_topic_or_partition;
        refused_some_ = true;
        continue;
      }
      by_shard_[call_.broker.owner(topic->id, part.partition)].push_back(
          {index,
           {topic->id, part.partition, part.fetch_offset, part.current_leader_epoch,
            static_cast<uint64_t>(std::max(part.partition_max_bytes, 0))}});
    }
  }
}

void Fetch::round() {
  woken_ = false;
  for (const auto& slots : by_shard_) shards_reading_ += slots.empty() ? 0 : 1;
  if (shards_reading_ == 0) return answer();
  for (size_t owner = 0; owner < by_shard_.size(); ++owner) {
    if (!by_shard_[owner].empty()) read_on(owner);
  }
}

/// Reads on the owner's thread. The watch is set in the same step, so that nothing that comes
/// after the read is missed.
void Fetch::read_on(size_t owner) {
  auto home = call_.home.index();
  bool may_wait = !last_round_;
  call_.broker.run_on(owner, home, [self = shared_from_this(), owner, home, may_wait] {
    auto& shard = self->call_.broker.shard(owner);
    const auto& slots = self->by_shard_[owner];
    auto outcomes = std::make_shared<Outcomes>(self->read_slots(shard, slots));
    if (may_wait) self->watch_slots(shard, slots);
    self->call_.broker.run_on(home, owner,
                              [self, outcomes] { self->on_outcomes(std::move(*outcomes)); });
  });
}

Fetch::Outcomes Fetch::read_slots(Shard& shard, const std::vector<Slot>& slots) const {
  Outcomes outcomes;
  outcomes.reserve(slots.size());
  auto left = bytes_max_;
  for (const auto& slot : slots) {
    auto outcome = fetch_partition(shard, slot.part, left);
    left -= std::min(left, outcome.bytes);
    outcomes.emplace_back(slot.index, std::move(outcome));
  }
  return outcomes;
}

void Fetch::watch_slots(Shard& shard, const std::vector<Slot>& slots) {
  auto& watch = watches_[shard.index()];
  watch = std::make_shared<Watch>(Watch{[weak = weak_from_this(), &broker = call_.broker,
                                         owner = shard.index(), home = call_.home.index()] {
    broker.run_on(home, owner, [weak] {
      if (auto self = weak.lock()) self->on_wake();
    });
  }});
  for (const auto& slot : slots) {
    if (auto* partition = shard.find(slot.part.topic, slot.part.partition)) {
      partition->watch(watch);
    }
  }
}

void Fetch::on_outcomes(Outcomes outcomes) {
  for (auto& [index, outcome] : outcomes) outcomes_[index] = std::move(outcome);
  if (--shards_reading_ == 0) on_round_complete();
}

void Fetch::on_round_complete() {
  if (!respond_) return;
  if (last_round_ || call_.broker.stopping() || is_enough()) return answer();
  if (woken_) round();
}

void Fetch::on_wake() {
  woken_ = true;
  if (respond_ && shards_reading_ == 0) round();
}

bool Fetch::is_enough() const {
  uint64_t bytes = 0;
  for (const auto& outcome : outcomes_) {
    if (outcome.error != ErrorCode::none) return true;
    bytes += outcome.bytes;
  }
  return bytes >= static_cast<uint64_t>(std::max(request_.min_bytes, 0));
}

/// Each shard kept to the limit by itself; together they may have read more. The first records
/// are never cut, so that a batch larger than the limit does not stop its reader.
void Fetch::cut_to_limit() {
  uint64_t total = 0;
  for (auto& outcome : outcomes_) {
    if (total > 0 && total + outcome.bytes > bytes_max_) {
      outcome.slices.clear();
      outcome.bytes = 0;
      outcome.records = 0;
    }
    total += outcome.bytes;
  }
}

void Fetch::answer() {
  auto self = shared_from_this();
  call_.home.let_go(self);
  timer_.reset();
  // Other shards may hold this object longer than the connection lives: let go of it here.
  auto respond = std::exchange(respond_, std::nullopt);
  cut_to_limit();
  Response response;
  std::vector<storage::FileSlice> slices;
  const auto& image = *call_.home.image();
  auto outcome = outcomes_.begin();
  for (const auto& asked : request_.topics) {
    auto& topic = response.responses.emplace_back();
    topic.topic = asked.topic;
    topic.topic_id = asked.topic_id;
    uint64_t bytes = 0;
    uint64_t records = 0;
    for (const auto& part : asked.partitions) {
      auto& out = topic.partitions.emplace_back();
      out.partition_index = part.partition;
      out.error_code = outcome->error;
      out.high_watermark = outcome->high_watermark;
      out.last_stable_offset = outcome->high_watermark;  // no transaction is ever open here
      out.log_start_offset = outcome->log_start;
      if (request_.isolation_level == wire::IsolationLevel::read_committed) {
        out.aborted_transactions.emplace();
      }
      out.records->elsewhere = outcome->bytes;
      bytes += outcome->bytes;
      records += outcome->records;
      std::ranges::move(outcome->slices, std::back_inserter(slices));
      ++outcome;
    }
    const auto* known =
        call_.version() >= 13 ? image.find(asked.topic_id) : image.find(asked.topic);
    if (bytes == 0 || known == nullptr) continue;
    auto& meter = call_.home.meter(*known);
    meter.bytes_out.add(bytes);
    meter.records_out.add(records);
  }
  (*respond)(response, std::move(slices));
}

void start(const Call& call, Request request, Responder<Request> respond) {
  std::make_shared<Fetch>(call, std::move(request), std::move(respond))->start();
}

}  // namespace

Api fetch_api() {
  return api_of<Request, start>({4, 18});
}

}  // namespace millrace::broker
