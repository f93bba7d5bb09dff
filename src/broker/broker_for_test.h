#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "io/memory_directory.h"
#include "record/batch_builder.h"
#include "record/record_reader.h"
#include "wire/api/create_topics.h"
#include "wire/api/fetch.h"
#include "wire/api/produce.h"
#include "wire/frame.h"

namespace millrace::broker {

/// A broker on one thread, a clock that stands still and a disk in memory; frames in, frames out.
class BrokerStory : public ::testing::Test {
 protected:
  static constexpr size_t shards = 3;

  void SetUp() override { start(); }
  void TearDown() override { broker.reset(); }

  void start(BrokerConfig config = {}) {
    auto opened =
        Broker::open(std::move(config), {.executors = std::vector<Executor*>(shards, &loop),
                                         .clock = clock,
                                         .directory = std::make_unique<io::MemoryDirectory>(disk),
                                         .log = {},
                                         .metrics = metrics});
    ASSERT_TRUE(opened) << opened.error().message();
    broker = *std::move(opened);
    broker->start();
    loop.run_ready();
  }

  /// Ends cleanly and starts again on the same disk.
  void restart(BrokerConfig config = {}) {
    broker->begin_stop();
    loop.run_ready();
    auto closed = broker->close();
    ASSERT_TRUE(closed) << closed.error().message();
    broker.reset();
    start(std::move(config));
  }

  /// The process is shot and starts again.
  void kill_and_start() {
    disk.kill();
    broker.reset();
    loop.run_ready();
    start();
  }

  /// A request under way; `reply` comes when it comes.
  template <class Request>
  struct Asked {
    wire::Version version;
    std::shared_ptr<std::optional<Reply>> reply = std::make_shared<std::optional<Reply>>();

    bool answered() const { return reply->has_value(); }
    typename Request::Response response() const {
      EXPECT_TRUE(answered());
      EXPECT_EQ((*reply)->close_because, "");
      auto bytes = joined(**reply);
      auto frame = Bytes(bytes).subspan(wire::frame_prefix_size);
      auto header =
          wire::decode_response_header(wire::ApiKey{Request::message.key}, version, frame);
      EXPECT_TRUE(header);
      auto body = std::make_shared<Buffer>(to_buffer(frame.subspan(header->size)));
      kept().push_back(body);  // Records point into it
      auto decoded = wire::decode<typename Request::Response>(*body, version);
      EXPECT_TRUE(decoded) << decoded.error().message();
      return *decoded;
    }
  };

  template <class Request>
  Asked<Request> send(const Request& request, wire::Version version, size_t shard = 0) {
    auto encoded = wire::request_frame(request, version, 7, "story");
    EXPECT_TRUE(encoded);
    Asked<Request> asked{.version = version};
    auto frame = Buffer(encoded->bytes.begin() + wire::frame_prefix_size, encoded->bytes.end());
    broker->handle(shard, connection, std::move(frame),
                   [reply = asked.reply](Reply r) { *reply = std::move(r); });
    return asked;
  }

  template <class Request>
  typename Request::Response ask(const Request& request, wire::Version version, size_t shard = 0) {
    auto asked = send(request, version, shard);
    loop.run_ready();
    return asked.response();
  }

  static Buffer joined(const Reply& reply) {
    Buffer all;
    for (const auto& piece : reply.pieces) {
      Buffer bytes;
      if (const auto* buffer = std::get_if<Buffer>(&piece)) {
        bytes = *buffer;
      } else {
        const auto& slice = std::get<storage::FileSlice>(piece);
        bytes.resize(slice.length);
        EXPECT_TRUE(io::read_exactly(*slice.file, slice.position, bytes));
      }
      all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
  }

  // --- the words of the stories

  size_t owner(const std::string& topic, int32_t partition) const {
    return broker->owner(broker->shard(0).image()->find(topic)->id, PartitionId(partition));
  }

  void create_topic(const std::string& name, int32_t partitions = 1,
                    const TopicOverrides& configs = {}) {
    wire::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = 1;
    for (const auto& [key, value] : configs) topic.configs.push_back({key, value});
    auto response = ask(request, 7);
    ASSERT_EQ(response.topics[0].error_code, wire::ErrorCode::none)
        << response.topics[0].error_message.value_or("");
  }

  Buffer batch_of(const std::vector<std::string>& values, record::BatchOptions options = {}) const {
    record::BatchBuilder builder(options);
    for (const auto& value : values) {
      EXPECT_TRUE(builder.add({.timestamp = clock.wall_now(),
                               .key = as_bytes("k"),
                               .value = as_bytes(value),
                               .headers = {}}));
    }
    return *builder.finish();
  }

  wire::ProduceRequest produce_request(const std::string& topic, int32_t partition,
                                       const Buffer& batches, int16_t acks = -1) const {
    wire::ProduceRequest request;
    request.acks = acks;
    request.timeout_ms = 1000;
    auto& t = request.topic_data.emplace_back();
    t.name = topic;
    t.partition_data.push_back({PartitionId(partition), wire::Records{.bytes = batches}});
    return request;
  }

  wire::ProduceResponse::Partition produce(const std::string& topic, int32_t partition,
                                           const Buffer& batches) {
    auto response = ask(produce_request(topic, partition, batches), 9);
    return response.responses[0].partition_responses[0];
  }

  wire::FetchRequest fetch_request(const std::string& topic, int32_t partition, int64_t from,
                                   int32_t max_wait_ms = 0) const {
    wire::FetchRequest request;
    request.max_wait_ms = max_wait_ms;
    request.min_bytes = 1;
    auto& t = request.topics.emplace_back();
    t.topic = topic;
    auto& p = t.partitions.emplace_back();
    p.partition = PartitionId(partition);
    p.fetch_offset = Offset(from);
    p.partition_max_bytes = 1 << 20;
    return request;
  }

  static std::vector<std::string> values_in(const wire::FetchResponse::Partition& partition) {
    std::vector<std::string> values;
    record::Decompressor decompressor;
    record::RecordReader reader(decompressor);
    record::BatchCursor batches(partition.records->bytes);
    while (true) {
      auto batch = batches.next();
      EXPECT_TRUE(batch);
      if (!batch || !*batch) return values;
      EXPECT_TRUE(reader.open(**batch));
      while (const auto* record = *reader.next()) values.emplace_back(as_text(*record->value));
    }
  }

  std::vector<std::string> fetch(const std::string& topic, int32_t partition, int64_t from) {
    auto response = ask(fetch_request(topic, partition, from), 12);
    EXPECT_EQ(response.responses[0].partitions[0].error_code, wire::ErrorCode::none);
    return values_in(response.responses[0].partitions[0]);
  }

  ManualClock clock;
  ManualExecutor loop{clock};
  io::MemoryDirectory disk;
  metrics::Registry metrics;
  std::shared_ptr<const ConnectionInfo> connection = std::make_shared<const ConnectionInfo>(
      ConnectionInfo{.id = 1, .local = {"127.0.0.1", 9092}, .peer_host = "127.0.0.1"});
  std::unique_ptr<Broker> broker;

 private:
  static std::vector<std::shared_ptr<Buffer>>& kept() {
    static thread_local std::vector<std::shared_ptr<Buffer>> buffers;
    return buffers;
  }
};

}  // namespace millrace::broker
