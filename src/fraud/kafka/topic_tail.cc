#include "fraud/kafka/topic_tail.h"

#include <algorithm>
#include <set>

#include "fraud/kafka/topics.h"

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
Result<PartitionList> starts_of(rd_kafka_t* kafka, const TopicTail& tail, int partitions,
                                const std::map<PartitionId, Offset>& read_up_to) {
  PartitionList list(rd_kafka_topic_partition_list_new(partitions));
  for (int i = 0; i < partitions; ++i) {
    rd_kafka_topic_partition_list_add(list.get(), tail.topic.c_str(), i)->offset =
        tail.not_before.value();
  }
  const int ms = static_cast<int>(tail.timeout.count());
  MR_TRY(result_of(rd_kafka_offsets_for_times(kafka, list.get(), ms),
                   "offsets by time of " + tail.topic));
  for (int i = 0; i < list->cnt; ++i) {
    auto& element = list->elems[i];
    MR_TRY(result_of(element.err, "offset by time of " + tail.topic));
    const auto known = read_up_to.find(PartitionId(element.partition));
    if (known != read_up_to.end()) element.offset = known->second.value();
  }
  return list;
}

}  // namespace

Result<void> read_tail(const TopicTail& tail, std::map<PartitionId, Offset>& read_up_to, Logger log,
                       const std::function<void(const rd_kafka_message_t&)>& visit) {
  MR_TRY(const int partitions, partition_count(tail.brokers, tail.props, tail.topic, tail.timeout));
  MR_TRY(const auto kafka, connect(tail));
  MR_TRY(const auto starts, starts_of(kafka.get(), tail, partitions, read_up_to));
  MR_TRY(result_of(rd_kafka_assign(kafka.get(), starts.get()), "assign"));
  std::set<int32_t> open;
  for (int i = 0; i < partitions; ++i) open.insert(i);
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
