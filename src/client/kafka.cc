#include "client/kafka.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/text.h"

namespace millrace::client {
namespace {

/// Every property name librdkafka knows. It only prints them, as a Markdown table.
std::vector<std::string> known_properties() {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* file = open_memstream(&text, &size);
  if (file == nullptr) return {};
  rd_kafka_conf_properties_show(file);
  std::fclose(file);
  std::vector<std::string> names;
  for (auto line : split({text, size}, '\n')) {
    auto bar = line.find('|');
    auto name = trim(line.substr(0, bar));
    bool is_name =
        bar != std::string_view::npos && !name.empty() &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._") == std::string_view::npos;
    if (is_name) names.emplace_back(name);
  }
  std::free(text);
  return names;
}

Error unknown_property(std::string_view name) {
  auto names = known_properties();
  std::vector<std::string_view> views(names.begin(), names.end());
  return {Errc::invalid_argument,
          fmt::format("unknown property '{}'{}", name, did_you_mean(name, views))};
}

}  // namespace

Errc code_of(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_GROUP:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND:
    case RD_KAFKA_RESP_ERR__NO_OFFSET:
      return Errc::not_found;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
      return Errc::already_exists;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
      return Errc::invalid_argument;
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return Errc::limit_exceeded;
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
      return Errc::timed_out;
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
    case RD_KAFKA_RESP_ERR__DESTROY:
      return Errc::cancelled;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return Errc::unavailable;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return Errc::permission_denied;
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return Errc::out_of_range;
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return Errc::fenced;
    case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP:
      return Errc::busy;
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
      return Errc::corrupt;
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
      return Errc::unsupported;
    default:
      return Errc::failed;
  }
}

Error error_of(rd_kafka_resp_err_t error, std::string_view doing) {
  return {code_of(error), fmt::format("{}: {}", doing, rd_kafka_err2str(error))};
}

Error error_of(const ErrorHandle& error, std::string_view doing) {
  return {code_of(rd_kafka_error_code(error.get())),
          fmt::format("{}: {}", doing, rd_kafka_error_string(error.get()))};
}

Result<void> result_of(const ErrorHandle& error, std::string_view doing) {
  if (error) return fail(error_of(error, doing));
  return {};
}

Result<void> result_of(rd_kafka_resp_err_t error, std::string_view doing) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return fail(error_of(error, doing));
  return {};
}

PartitionList list_of(std::span<const TopicPartitionOffset> places) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(places.size())));
  for (const auto& place : places) {
    auto* added =
        rd_kafka_topic_partition_list_add(list.get(), place.topic.c_str(), place.partition.value());
    added->offset = place.offset.value();
  }
  return list;
}

std::vector<TopicPartitionOffset> places_of(const rd_kafka_topic_partition_list_t* list) {
  std::vector<TopicPartitionOffset> places;
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    const auto& element = list->elems[i];
    places.push_back({element.topic, PartitionId(element.partition), Offset(element.offset)});
  }
  return places;
}

Config::Config() : conf_(rd_kafka_conf_new()) {}

Result<void> Config::set(const std::string& name, const std::string& value) {
  std::array<char, 512> reason{};
  auto status =
      rd_kafka_conf_set(conf_.get(), name.c_str(), value.c_str(), reason.data(), reason.size());
  if (status == RD_KAFKA_CONF_OK) return {};
  if (status == RD_KAFKA_CONF_UNKNOWN) return fail(unknown_property(name));
  return fail(Errc::invalid_argument,
              fmt::format("property '{}' = '{}': {}", name, value, reason.data()));
}

Result<void> Config::apply(const Properties& props, std::span<const std::string_view> reserved) {
  for (const auto& [name, value] : props) {
    if (std::find(reserved.begin(), reserved.end(), name) != reserved.end()) {
      return fail(Errc::invalid_argument,
                  fmt::format("property '{}' is set by the library itself", name));
    }
    MR_TRY(set(name, value));
  }
  return {};
}

void Config::enable_events(int events) {
  rd_kafka_conf_set_events(conf_.get(), events | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_ERROR);
}

Result<KafkaHandle> Config::start(rd_kafka_type_t type) {
  MR_TRY(set("log.queue", "true"));
  std::array<char, 512> reason{};
  KafkaHandle handle(rd_kafka_new(type, conf_.get(), reason.data(), reason.size()));
  if (!handle) return fail(Errc::invalid_argument, reason.data());
  (void)conf_.release();  // rd_kafka_new took it, which it does only when it succeeds
  MR_TRY(result_of(rd_kafka_set_log_queue(handle.get(), nullptr), "log queue"));
  return handle;
}

void forward_log(const Logger& logger, rd_kafka_event_t* event) {
  const char* facility = nullptr;
  const char* text = nullptr;
  int syslog_level = 0;
  if (rd_kafka_event_log(event, &facility, &text, &syslog_level) != 0) return;
  constexpr int syslog_error = 3;
  constexpr int syslog_notice = 5;
  auto where = kv("facility", facility);
  auto what = kv("text", text);
  if (syslog_level <= syslog_error) return logger.warn("librdkafka reports an error", where, what);
  if (syslog_level <= syslog_notice) return logger.info("librdkafka reports", where, what);
  logger.debug("librdkafka reports", where, what);
}

}  // namespace millrace::client
