#include "wire/api/produce.h"

#include "broker/broker.h"
#include "broker/handlers/table.h"
#include "broker/produce_partition.h"
#include "broker/topic_name.h"

namespace millrace::broker {
namespace {

using Request = wire::ProduceRequest;
using Response = wire::ProduceResponse;
using wire::ErrorCode;

/// One Produce request: split by owner shard, gathered on the connection's shard, answered when
/// all have answered or its time is over.
class Produce : public std::enable_shared_from_this<Produce> {
 public:
  Produce(const Call& call, Request request, Responder<Request> respond)
      : call_(call),
        request_(std::move(request)),
        respond_(std::move(respond)),
        acks_(static_cast<Acks>(request_.acks)) {}

  void start();

 private:
  struct Part {
    size_t index;  ///< in outcomes_
    TopicId topic;
    PartitionId partition;
    MutableBytes batches;
  };
  using Outcomes = std::vector<std::pair<size_t, ProduceOutcome>>;

  void resolve();
  void send_to(size_t shard, std::vector<Part> parts);
  void on_outcomes(const Outcomes& outcomes);
  void answer();
  Response response() const;
  void refuse(size_t index, ErrorCode error) { outcomes_[index] = {.error = error}; }

  Call call_;
  Request request_;
  Responder<Request> respond_;
  Acks acks_;
  std::vector<std::vector<Part>> by_shard_;
  std::vector<ProduceOutcome> outcomes_;  ///< one per partition of the request, in its order
  size_t waiting_ = 0;
  bool answered_ = false;
  std::unique_ptr<Executor::Timer> timer_;
};

void Produce::start() {
  resolve();
  // The loop below may answer at once, on this stack: count first.
  for (const auto& parts : by_shard_) waiting_ += parts.size();
  if (waiting_ == 0) return answer();
  for (size_t shard = 0; shard < by_shard_.size(); ++shard) {
    if (!by_shard_[shard].empty()) send_to(shard, std::move(by_shard_[shard]));
  }
  if (answered_ || acks_ != Acks::all) return;
  timer_ = call_.home.executor().call_after(Milliseconds(std::max(request_.timeout_ms, 1)),
                                            [weak = weak_from_this()] {
                                              if (auto self = weak.lock()) self->answer();
                                            });
}

/// Which partitions there are and who owns them; the others are refused here.
void Produce::resolve() {
  by_shard_.resize(call_.broker.shard_count());
  const auto& image = *call_.home.image();
  for (const auto& asked : request_.topic_data) {
    bool by_id = !asked.topic_id.is_zero();
    const auto* topic = by_id ? image.find(asked.topic_id) : image.find(asked.name);
    for (const auto& part : asked.partition_data) {
      auto index = outcomes_.size();
      // What nobody has answered when the time is over.
      outcomes_.push_back({.error = ErrorCode::request_timed_out});
      if (acks_ != Acks::all && acks_ != Acks::none && acks_ != Acks::leader) {
        refuse(index, ErrorCode::invalid_required_acks);
      } else if (request_.transactional_id) {
        refuse(index, ErrorCode::invalid_txn_state);
      } else if (topic == nullptr || part.index < PartitionId(0) ||
                 part.index.value() >= topic->partitions) {
        refuse(index, by_id && topic == nullptr ? ErrorCode::unknown_topic_id
                                                : ErrorCode::unknown_topic_or_partition);
      } else if (topic->internal) {
        refuse(index, ErrorCode::invalid_topic_exception);
      } else {
        auto records = part.records.value_or(wire::Records{});
        by_shard_[call_.broker.owner(topic->id, part.index)].push_back(
            {index, topic->id, part.index, records.writable(*call_.frame)});
      }
    }
  }
}

/// Goes to the owner and comes back once each, whatever the number of partitions.
void Produce::send_to(size_t owner, std::vector<Part> parts) {
  auto home = call_.home.index();
  call_.broker.run_on(owner, home, [self = shared_from_this(), owner, home, parts] {
    auto gathered = std::make_shared<Outcomes>();
    for (const auto& part : parts) {
      produce_to_partition(
          self->call_.broker.shard(owner), part.topic, part.partition, part.batches, self->acks_,
          [self, owner, home, gathered, index = part.index, all = parts.size()](auto outcome) {
            gathered->emplace_back(index, std::move(outcome));
            if (gathered->size() < all) return;
            self->call_.broker.run_on(home, owner,
                                      [self, gathered] { self->on_outcomes(*gathered); });
          });
    }
  });
}

void Produce::on_outcomes(const Outcomes& outcomes) {
  if (answered_) return;
  for (const auto& [index, outcome] : outcomes) outcomes_[index] = outcome;
  waiting_ -= outcomes.size();
  if (waiting_ == 0) answer();
}

void Produce::answer() {
  if (answered_) return;
  answered_ = true;
  timer_.reset();
  // Other shards may hold this object longer than the connection lives: let go of it here.
  auto respond = std::move(respond_);
  if (acks_ != Acks::none) return respond(response());
  // Without an answer a client learns of a failure only by losing its connection, as in Kafka.
  for (const auto& outcome : outcomes_) {
    if (outcome.error == ErrorCode::none) continue;
    return respond.close(fmt::format("a produce with acks=0 failed: {} {}",
                                     wire::name_of(outcome.error), outcome.message));
  }
  respond.nothing();
}

Response Produce::response() const {
  Response response;
  auto outcome = outcomes_.begin();
  for (const auto& asked : request_.topic_data) {
    auto& topic = response.responses.emplace_back();
    topic.name = asked.name;
    topic.topic_id = asked.topic_id;
    for (const auto& part : asked.partition_data) {
      auto& out = topic.partition_responses.emplace_back();
      out.index = part.index;
      out.error_code = outcome->error;
      out.base_offset = outcome->base_offset;
      out.log_append_time_ms = outcome->log_append_time;
      out.log_start_offset = outcome->log_start;
      if (!outcome->message.empty()) out.error_message = outcome->message;
      ++outcome;
    }
  }
  return response;
}

void start(const Call& call, Request request, Responder<Request> respond) {
  std::make_shared<Produce>(call, std::move(request), std::move(respond))->start();
}

}  // namespace

/// v0 to v2 are advertised for librdkafka's sake and refused, exactly as Apache Kafka 4 does.
Api produce_api() {
  return api_of<Request, start>({3, 13}, 0);
}

}  // namespace millrace::broker
