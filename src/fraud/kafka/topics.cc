#include "fraud/kafka/topics.h"

#include <array>
#include <vector>

#include "client/kafka.h"

namespace millrace::fraud {
namespace {

using namespace client;

using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, CallDestroy<rd_kafka_NewTopic_destroy>>;
using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, CallDestroy<rd_kafka_AdminOptions_destroy>>;

Result<KafkaHandle> connect(const std::string& brokers, const Properties& props) {
  Config config;
  MR_TRY(config.set("bootstrap.servers", brokers));
  MR_TRY(config.set("client.id", "millrace-fraud-admin"));
  MR_TRY(config.apply(props, {}));
  return config.start(RD_KAFKA_PRODUCER);
}

Result<MetadataHandle> metadata_of(rd_kafka_t* kafka, Milliseconds timeout) {
  const rd_kafka_metadata_t* metadata = nullptr;
  constexpr int all_topics = 1;
  const auto error =
      rd_kafka_metadata(kafka, all_topics, nullptr, &metadata, static_cast<int>(timeout.count()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail(Errc::unavailable, std::string("no broker answers: ") + rd_kafka_err2str(error));
  }
  return MetadataHandle(metadata);
}

int partitions_in(const rd_kafka_metadata_t& metadata, const std::string& topic) {
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    if (topic == metadata.topics[i].topic) return metadata.topics[i].partition_cnt;
  }
  return 0;
}

Result<void> check_created(const rd_kafka_event_t* event) {
  if (const auto error = rd_kafka_event_error(const_cast<rd_kafka_event_t*>(event))) {
    return fail(error_of(error, "create topics"));
  }
  size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(const_cast<rd_kafka_event_t*>(event));
  const auto* const* topics = rd_kafka_CreateTopics_result_topics(result, &count);
  for (size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(topics[i]);
    if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    MR_TRY(result_of(error, std::string("create topic ") + rd_kafka_topic_result_name(topics[i])));
  }
  return {};
}

}  // namespace

Result<void> ensure_topics(const std::string& brokers, const Properties& props,
                           std::span<const TopicSpec> topics, Milliseconds timeout) {
  MR_TRY(const auto kafka, connect(brokers, props));
  MR_TRY(const auto metadata, metadata_of(kafka.get(), timeout));
  std::vector<NewTopic> wanted;
  std::array<char, 256> reason{};
  for (const TopicSpec& topic : topics) {
    if (partitions_in(*metadata, topic.name) > 0) continue;
    constexpr int broker_default = -1;
    wanted.emplace_back(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, broker_default,
                                              reason.data(), reason.size()));
    if (!wanted.back()) return fail(Errc::invalid_argument, topic.name + ": " + reason.data());
  }
  if (wanted.empty()) return {};
  std::vector<rd_kafka_NewTopic_t*> plain;
  for (const NewTopic& topic : wanted) plain.push_back(topic.get());
  const AdminOptions options(
      rd_kafka_AdminOptions_new(kafka.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
  const int ms = static_cast<int>(timeout.count());
  rd_kafka_AdminOptions_set_operation_timeout(options.get(), ms, reason.data(), reason.size());
  rd_kafka_AdminOptions_set_request_timeout(options.get(), ms, reason.data(), reason.size());
  const QueueHandle queue(rd_kafka_queue_new(kafka.get()));
  rd_kafka_CreateTopics(kafka.get(), plain.data(), plain.size(), options.get(), queue.get());
  const EventHandle event(rd_kafka_queue_poll(queue.get(), ms + 1000));
  if (!event) return fail(Errc::timed_out, "no broker has created the topics in time");
  return check_created(event.get());
}

Result<int> partition_count(const std::string& brokers, const Properties& props,
                            const std::string& topic, Milliseconds timeout) {
  MR_TRY(const auto kafka, connect(brokers, props));
  MR_TRY(const auto metadata, metadata_of(kafka.get(), timeout));
  const int count = partitions_in(*metadata, topic);
  if (count == 0) return fail(Errc::not_found, "there is no topic " + topic);
  return count;
}

}  // namespace millrace::fraud
