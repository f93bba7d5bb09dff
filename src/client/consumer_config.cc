#include "client/consumer_config.h"

#include <fmt/format.h>

namespace millrace::client {
namespace {

constexpr std::string_view reserved_properties[] = {"rebalance_cb",
                                                    "offset_commit_cb",
                                                    "consume_cb",
                                                    "error_cb",
                                                    "log_cb",
                                                    "opaque",
                                                    "log.queue",
                                                    "enable.auto.commit",
                                                    "enable.auto.offset.store",
                                                    "enable.partition.eof"};

std::string_view name_of(Reset reset) {
  // librdkafka's word for none: report an error.
  constexpr std::string_view names[] = {"earliest", "latest", "error"};
  return names[static_cast<std::size_t>(reset)];
}

std::string yes_no(bool yes) {
  return yes ? "true" : "false";
}

Result<void> check(const ConsumerOptions& options) {
  const auto& policy = options.on_error;
  if (policy.finally == OnError::Finally::dead_letter && policy.dead_letter_topic.empty()) {
    return fail(Errc::invalid_argument, "on_error: the dead-letter topic has no name");
  }
  if (policy.retries < 0 || policy.backoff.count() < 0) {
    return fail(Errc::invalid_argument, "on_error: retries and backoff must not be negative");
  }
  if (policy.total_wait() > options.max_poll_interval / 2) {
    return fail(Errc::invalid_argument,
                fmt::format("on_error: {} retries wait {} ms in all; beyond half of "
                            "max_poll_interval ({} ms) the group would take the partitions away",
                            policy.retries, policy.total_wait().count(),
                            options.max_poll_interval.count()));
  }
  if (options.batch_records == 0) {
    return fail(Errc::invalid_argument, "batch_records must be at least 1");
  }
  return {};
}

}  // namespace

Result<Config> configure(const ConsumerOptions& options) {
  MR_TRY(check(options));
  Config config;
  bool in_group = !options.group.empty();
  auto commit_ms = options.auto_commit.value_or(Milliseconds(5'000)).count();
  const std::pair<const char*, std::string> settings[] = {
      {"bootstrap.servers", options.bootstrap},
      {"client.id", options.client_id},
      // librdkafka wants a name even where no group is ever joined.
      {"group.id", in_group ? options.group : "millrace-no-group"},
      {"auto.offset.reset", std::string(name_of(options.auto_offset_reset))},
      {"enable.auto.commit", yes_no(in_group && options.auto_commit.has_value())},
      {"auto.commit.interval.ms", fmt::format("{}", commit_ms)},
      {"enable.auto.offset.store", "false"},  // stored after processing, see finish_current
      {"enable.partition.eof", "true"},
      {"isolation.level", options.read_uncommitted ? "read_uncommitted" : "read_committed"},
      {"allow.auto.create.topics", yes_no(options.allow_auto_create_topics)},
      {"max.poll.interval.ms", fmt::format("{}", options.max_poll_interval.count())},
      {"session.timeout.ms", fmt::format("{}", options.session_timeout.count())},
      {"queued.max.messages.kbytes", fmt::format("{}", options.prefetch_bytes / 1024)},
  };
  for (const auto& [name, value] : settings) MR_TRY(config.set(name, value));
  MR_TRY(config.apply(options.props, reserved_properties));
  config.enable_events(RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT |
                       RD_KAFKA_EVENT_STATS);
  return config;
}

}  // namespace millrace::client
