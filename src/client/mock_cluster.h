#pragma once

#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h>  // wants rdkafka.h before it

#include <string>

#include "base/assert.h"
#include "client/kafka.h"

namespace millrace::client {

/// librdkafka's broker for tests, in this process, on a port of its own. It keeps about 5 MB a
/// partition and takes 3 s to let a group in.
class MockCluster {
 public:
  MockCluster() {
    Config config;
    auto kafka = config.start(RD_KAFKA_PRODUCER);
    MR_ASSERT(kafka);
    host_ = *std::move(kafka);
    cluster_ = rd_kafka_mock_cluster_new(host_.get(), 1);
  }
  ~MockCluster() { rd_kafka_mock_cluster_destroy(cluster_); }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  std::string bootstrap() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void create_topic(const std::string& name, int partitions) {
    rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1);
  }
  /// Every produce request from here on fails with `error`, up to `times`.
  void fail_produce(rd_kafka_resp_err_t error, int times) {
    for (int i = 0; i < times; ++i) rd_kafka_mock_push_request_errors(cluster_, 0, 1, error);
  }
  void broker_down() { rd_kafka_mock_broker_set_down(cluster_, 1); }
  void broker_up() { rd_kafka_mock_broker_set_up(cluster_, 1); }

 private:
  KafkaHandle host_;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

}  // namespace millrace::client
