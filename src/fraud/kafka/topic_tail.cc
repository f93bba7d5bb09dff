#include "fraud/kafka/topic_tail.h"

#include <set>
#include <vector>

#include "millrace/admin.h"

namespace millrace::fraud {
namespace {

using namespace client;

Result<KafkaHandle> connect(const TopicTail& tail) {
  Config config;
  const std::pair<const char*, const char*> settings[] = {
      {"client.id", "millrace-tail"},    {"group.id", "millrace-no-group"},
      {"enable.auto.commit", "false"},   {"enable.partition.eof", "true"},
      {"auto.offset.reset", "earliest"}, {"isolation.level", "read_committed"},
      {"fetch.wait.max.ms", "10"},
  };
  MR_TRY(config.set("bootstrap.servers", tail.brokers));
  for (const auto& [name, value] : settings) MR_TRY(config.set(name, value));
  MR_TRY(config.apply(tail.props, {}));
  MR_TRY(auto kafka, config.start(RD_KAFKA_CONSUMER));
  MR_TRY(result_of(rd_kafka_poll_set_consumer(kafka.get()), "consumer queue"));
  return kafka;
}

/// Where to start in every partition.
Result<std::vector<TopicPartitionOffset>> starts_of(
    const TopicTail& tail, const std::map<PartitionId, Offset>& read_up_to) {
  MR_TRY(auto admin, Admin::open({.bootstrap = tail.brokers,
                                  .client_id = "millrace-tail",
                                  .timeout = tail.timeout,
                                  .props = tail.props,
                                  .logger = {}}));
  MR_TRY(const auto topic, admin.topic(tail.topic));
  std::vector<TopicPartitionOffset> starts;
  for (const PartitionId partition : topic.partitions) {
    const auto known = read_up_to.find(partition);
    if (known != read_up_to.end()) {
      starts.push_back({tail.topic, partition, known->second});
      continue;
    }
    MR_TRY(const auto first, admin.offset_at({tail.topic, partition}, tail.not_before));
    starts.push_back({tail.topic, partition, first.value_or(offset_end)});
  }
  return starts;
}

}  // namespace

Result<void> read_tail(const TopicTail& tail, std::map<PartitionId, Offset>& read_up_to, Logger log,
                       const std::function<void(const rd_kafka_message_t&)>& visit) {
  MR_TRY(const auto starts, starts_of(tail, read_up_to));
  MR_TRY(const auto kafka, connect(tail));
  MR_TRY(result_of(rd_kafka_assign(kafka.get(), list_of(starts).get()), "assign"));
  std::set<int32_t> open;
  for (const auto& start : starts) open.insert(start.partition.value());
  while (!open.empty()) {
    const MessageHandle message(
        rd_kafka_consumer_poll(kafka.get(), static_cast<int>(tail.timeout.count())));
    if (!message)
      return fail(Errc::timed_out, "the end of topic " + tail.topic + " is out of reach");
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      read_up_to[PartitionId(message->partition)] = Offset(message->offset);
      open.erase(message->partition);
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      visit(*message);
    } else if (code_of(message->err) != Errc::unavailable) {
      return fail(error_of(message->err, tail.topic));
    } else {
      log.warn("reading meets an error", kv("topic", tail.topic),
               kv("error", rd_kafka_message_errstr(message.get())));
    }
  }
  return {};
}

}  // namespace millrace::fraud
