#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "millrace/record.h"

/// Owners of librdkafka's C objects, its errors as ours, and its configuration with checks.
namespace millrace::client {

template <auto Destroy>
struct CallDestroy {
  template <class T>
  void operator()(T* object) const {
    Destroy(object);
  }
};

using KafkaHandle = std::unique_ptr<rd_kafka_t, CallDestroy<rd_kafka_destroy>>;
using ConfHandle = std::unique_ptr<rd_kafka_conf_t, CallDestroy<rd_kafka_conf_destroy>>;
using QueueHandle = std::unique_ptr<rd_kafka_queue_t, CallDestroy<rd_kafka_queue_destroy>>;
using EventHandle = std::unique_ptr<rd_kafka_event_t, CallDestroy<rd_kafka_event_destroy>>;
using ErrorHandle = std::unique_ptr<rd_kafka_error_t, CallDestroy<rd_kafka_error_destroy>>;
using MessageHandle = std::unique_ptr<rd_kafka_message_t, CallDestroy<rd_kafka_message_destroy>>;
using HeadersHandle = std::unique_ptr<rd_kafka_headers_t, CallDestroy<rd_kafka_headers_destroy>>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, CallDestroy<rd_kafka_topic_destroy>>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                      CallDestroy<rd_kafka_topic_partition_list_destroy>>;
using MetadataHandle =
    std::unique_ptr<const rd_kafka_metadata_t, CallDestroy<rd_kafka_metadata_destroy>>;

/// The kind of failure a librdkafka or broker error code stands for.
Errc code_of(rd_kafka_resp_err_t error);

/// "<doing>: <librdkafka's sentence>".
Error error_of(rd_kafka_resp_err_t error, std::string_view doing);
/// The same; takes librdkafka's error object, whose sentence is more precise.
Error error_of(const ErrorHandle& error, std::string_view doing);

/// Success for a null `error`.
Result<void> result_of(const ErrorHandle& error, std::string_view doing);
Result<void> result_of(rd_kafka_resp_err_t error, std::string_view doing);

PartitionList list_of(std::span<const TopicPartitionOffset> places);
std::vector<TopicPartitionOffset> places_of(const rd_kafka_topic_partition_list_t* list);

/// librdkafka's configuration under construction.
class Config {
 public:
  Config();

  /// For options of ours whose names are right. Errors: invalid_argument with librdkafka's reason.
  Result<void> set(const std::string& name, const std::string& value);

  /// The user's own properties, applied last. Errors: invalid_argument for an unknown name (with
  /// the nearest one), a wrong value, or one of `reserved`, which the library needs for itself.
  Result<void> apply(const Properties& props, std::span<const std::string_view> reserved);

  /// Delivers log lines as events, and these kinds of event besides.
  void enable_events(int events);

  /// Starts a client. Its main queue is where log lines go. Errors: invalid_argument where options
  /// contradict each other.
  Result<KafkaHandle> start(rd_kafka_type_t type);

 private:
  ConfHandle conf_;
};

/// Sends a log event of librdkafka's to our logger.
void forward_log(const Logger& logger, rd_kafka_event_t* event);

}  // namespace millrace::client
