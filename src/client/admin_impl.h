#pragma once

#include <functional>
#include <string>

#include "client/kafka.h"
#include "millrace/admin.h"

namespace millrace {

/// One client and how it is asked: admin.cc has the topics and the cluster, admin_groups.cc the
/// groups, admin_impl.cc what is common.
class Admin::Impl {
 public:
  Impl(AdminOptions options, client::KafkaHandle handle);

  rd_kafka_t* kafka() const { return handle_.get(); }
  int timeout_ms() const { return static_cast<int>(options_.timeout.count()); }

  /// Metadata of one topic, or of all for null. The first call also finds out whether any broker
  /// answers: a refused connection is told at once, not after the timeout.
  Result<client::MetadataHandle> metadata(const char* topic);

  using AskBroker = std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>;
  /// Calls `ask_broker` with options of this kind and a queue, and waits for the one event it
  /// answers.
  Result<client::EventHandle> ask(rd_kafka_admin_op_t kind, std::string_view doing,
                                  const AskBroker& ask_broker);

  Result<std::vector<ConfigEntry>> configs(rd_kafka_ResourceType_t type, const std::string& name,
                                           std::string_view doing);

 private:
  std::string why_unreachable();

  AdminOptions options_;
  SystemClock clock_;
  client::KafkaHandle handle_;
  client::QueueHandle answers_;
  client::QueueHandle events_;
  bool connected_ = false;
  std::string last_reason_;
};

namespace client {

/// "<doing>: <the broker's own sentence, or librdkafka's for the code>".
Result<void> outcome_of(rd_kafka_resp_err_t error, const char* sentence, std::string_view doing);

}  // namespace client
}  // namespace millrace
