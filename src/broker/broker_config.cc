#include "broker/broker_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace millrace::broker {
namespace {

using P = Property<BrokerConfig>;
using C = BrokerConfig;

constexpr int64_t any = INT64_MIN;
constexpr int64_t no_max = INT64_MAX;

/// Kafka's properties that have no meaning on a single node without a JVM: configuration files
/// that carry them are accepted, with one notice each.
constexpr std::array<std::string_view, 22> without_meaning = {
    "background.threads",
    "broker.rack",
    "controller.listener.names",
    "controller.quorum.bootstrap.servers",
    "controller.quorum.voters",
    "group.coordinator.rebalance.protocols",
    "inter.broker.listener.name",
    "listener.security.protocol.map",
    "metadata.log.dir",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
    "offsets.topic.replication.factor",
    "process.roles",
    "share.coordinator.state.topic.min.isr",
    "socket.receive.buffer.bytes",
    "socket.send.buffer.bytes",
    "transaction.state.log.min.isr",
    "transaction.state.log.replication.factor",
    "zookeeper.connect",
    "zookeeper.connection.timeout.ms"};

/// Kafka's coarser twins of a property in milliseconds.
struct Coarser {
  std::string_view name;
  std::string_view fine;
  int64_t factor_ms;
};
constexpr std::array<Coarser, 3> coarser = {{
    {"log.retention.hours", "log.retention.ms", 3'600'000},
    {"log.retention.minutes", "log.retention.ms", 60'000},
    {"log.roll.hours", "log.roll.ms", 3'600'000},
}};

// One name, one member, one sentence, the range: a line to read, a row for docs and --help.
const std::vector<P> properties = {
    {"node.id", &C::node_id, "This broker's id in Metadata.", 0, 1000, {}, {}},
    {"listeners",
     &C::listeners,
     "Address to listen on: PLAINTEXT://HOST:PORT; port 0 = a free one.",
     any,
     no_max,
     {},
     {}},
    {"advertised.listeners",
     &C::advertised_listeners,
     "Address clients are told. Empty: the address each client reached us on.",
     any,
     no_max,
     {},
     {}},
    {"log.dirs", &C::log_dirs, "The data directory; exactly one.", any, no_max, {}, {}},
    {"millrace.shards",
     &C::shards,
     "Threads that own partitions and connections; 0 = as many as cores, at most 4.",
     0,
     64,
     {},
     {}},

    {"num.partitions",
     &C::num_partitions,
     "Partitions of a topic created without a number.",
     1,
     10'000,
     {},
     {}},
    {"default.replication.factor",
     &C::default_replication_factor,
     "Replicas of a topic created without a number; one node holds one.",
     1,
     1,
     {},
     {}},
    {"replication.factor.clamp",
     &C::replication_factor_clamp,
     "Take a larger replication factor for 1 instead of refusing it.",
     any,
     no_max,
     {},
     {}},
    {"auto.create.topics.enable",
     &C::auto_create_topics_enable,
     "Create a topic when a producer asks for its metadata.",
     any,
     no_max,
     {},
     {}},
    {"delete.topic.enable",
     &C::delete_topic_enable,
     "Allow topics to be deleted.",
     any,
     no_max,
     {},
     {}},
    {"millrace.topic.partitions.max",
     &C::partitions_per_topic_max,
     "Most partitions of one topic.",
     1,
     1'000'000,
     {},
     {}},
    {"millrace.partitions.max",
     &C::partitions_max,
     "Most partitions in all.",
     1,
     10'000'000,
     {},
     {}},

    {"message.max.bytes",
     &C::message_max_bytes,
     "Largest record batch accepted, after compression.",
     0,
     100 << 20,
     {},
     {}},
    {"compression.type",
     &C::compression_type,
     "Batches are stored as the producer compressed them.",
     any,
     no_max,
     {"producer"},
     {}},
    {"log.cleanup.policy",
     &C::log_cleanup_policy,
     "What happens to old records: delete, or compact (kept whole until compaction is served).",
     any,
     no_max,
     {"delete", "compact"},
     {}},
    {"log.retention.ms",
     &C::log_retention_ms,
     "Age at which a segment is deleted; -1 = never.",
     -1,
     no_max,
     {},
     {}},
    {"log.retention.bytes",
     &C::log_retention_bytes,
     "Size of a partition above which its oldest segments are deleted; -1 = no limit.",
     -1,
     no_max,
     {},
     {}},
    {"log.segment.bytes",
     &C::log_segment_bytes,
     "Size at which a segment is rolled.",
     1 << 10,
     INT32_MAX,
     {},
     {}},
    {"log.roll.ms", &C::log_roll_ms, "Age at which a segment is rolled.", 1, no_max, {}, {}},
    {"log.index.interval.bytes",
     &C::log_index_interval_bytes,
     "Bytes of log between two index entries.",
     0,
     INT32_MAX,
     {},
     {}},
    {"log.index.size.max.bytes",
     &C::log_index_size_max_bytes,
     "Size of an index at which its segment is rolled.",
     4,
     INT32_MAX,
     {},
     {}},
    {"log.flush.interval.messages",
     &C::log_flush_interval_messages,
     "1: acks=all is answered, and consumers see records, after they are synced to disk. Larger: "
     "page cache, as Apache Kafka.",
     1,
     no_max,
     {},
     {}},
    {"log.message.timestamp.type",
     &C::log_message_timestamp_type,
     "Whether a record carries its producer's time or the time of its append.",
     any,
     no_max,
     {"CreateTime", "LogAppendTime"},
     {}},
    {"log.message.timestamp.before.max.ms",
     &C::log_message_timestamp_before_max_ms,
     "How far before the broker's time a record's may lie.",
     0,
     no_max,
     {},
     {}},
    {"log.message.timestamp.after.max.ms",
     &C::log_message_timestamp_after_max_ms,
     "How far after the broker's time a record's may lie.",
     0,
     no_max,
     {},
     {}},
    {"min.insync.replicas",
     &C::min_insync_replicas,
     "Replicas that must have a record before acks=all is answered; one node has one.",
     1,
     1,
     {},
     {}},

    {"log.retention.check.interval.ms",
     &C::log_retention_check_interval_ms,
     "How often retention is applied.",
     1,
     no_max,
     {},
     {}},
    {"log.flush.offset.checkpoint.interval.ms",
     &C::log_flush_offset_checkpoint_interval_ms,
     "How often the recovery point is written down.",
     1,
     60'000,
     {},
     {}},

    {"socket.request.max.bytes",
     &C::socket_request_max_bytes,
     "Largest request accepted.",
     1 << 10,
     INT32_MAX,
     {},
     {}},
    {"millrace.first.request.max.bytes",
     &C::first_request_max_bytes,
     "Largest first request of a connection, unless it is a Produce.",
     64,
     INT32_MAX,
     {},
     {}},
    {"max.connections",
     &C::max_connections,
     "Connections at a time; more are closed at once.",
     1,
     1'000'000,
     {},
     {}},
    {"millrace.connection.requests.max",
     &C::in_flight_requests_max,
     "Requests of one connection that are read before the first is answered.",
     1,
     10'000,
     {},
     {}},
    {"connections.max.idle.ms",
     &C::connections_max_idle_ms,
     "Idle time after which a connection is closed.",
     1,
     no_max / 2'000'000,
     {},
     {}},
    {"millrace.request.max.ms",
     &C::request_max_ms,
     "Time for a request's bytes to come, and for the first request of a connection.",
     1,
     no_max / 2'000'000,
     {},
     {}},
    {"millrace.write.stall.max.ms",
     &C::write_stall_max_ms,
     "Time after which a client that takes no byte of its replies is closed.",
     1,
     no_max / 2'000'000,
     {},
     {}},
    {"fetch.max.bytes",
     &C::fetch_max_bytes,
     "Most bytes of one Fetch reply; a first batch is always whole.",
     1024,
     1 << 30,
     {},
     {}},
    {"millrace.fetch.wait.max.ms",
     &C::fetch_max_wait_ms,
     "Longest wait of a Fetch, whatever the client asks.",
     0,
     INT32_MAX,
     {},
     {}},
    {"millrace.shutdown.grace.ms",
     &C::shutdown_grace_ms,
     "Time that requests in flight have to finish at a clean stop.",
     0,
     600'000,
     {},
     {}},

    {"group.initial.rebalance.delay.ms",
     &C::group_initial_rebalance_delay_ms,
     "How long a new group waits for more members.",
     0,
     INT32_MAX,
     {},
     {}},
    {"group.min.session.timeout.ms",
     &C::group_min_session_timeout_ms,
     "Shortest session timeout a consumer may ask for.",
     1,
     INT32_MAX,
     {},
     {}},
    {"group.max.session.timeout.ms",
     &C::group_max_session_timeout_ms,
     "Longest session timeout a consumer may ask for.",
     1,
     INT32_MAX,
     {},
     {}},
    {"group.max.size", &C::group_max_size, "Most members of a group.", 1, INT32_MAX, {}, {}},
    {"offsets.topic.num.partitions",
     &C::offsets_topic_num_partitions,
     "Partitions of __consumer_offsets; fixed once it exists.",
     1,
     10'000,
     {},
     {}},
    {"offset.metadata.max.bytes",
     &C::offset_metadata_max_bytes,
     "Longest note a client may store with a committed offset.",
     0,
     INT32_MAX,
     {},
     {}},
    {"offsets.retention.minutes",
     &C::offsets_retention_minutes,
     "How long an empty group's offsets are kept.",
     1,
     INT32_MAX,
     {},
     {}},

    {"producer.id.expiration.ms",
     &C::producer_id_expiration_ms,
     "How long an idle producer's sequence numbers are remembered.",
     1,
     no_max,
     {},
     {}},
};

Result<void> set_coarser(BrokerConfig& config, const Coarser& twin, std::string_view value) {
  auto number = parse_int(value);
  if (!number || *number < -1 || *number > INT64_MAX / twin.factor_ms) {
    return fail(Errc::invalid_argument,
                fmt::format("{}={}: an integer is expected", twin.name, value));
  }
  auto ms = *number < 0 ? *number : *number * twin.factor_ms;
  return set_property(*find_property(broker_properties(), twin.fine), config, std::to_string(ms));
}

}  // namespace

std::span<const P> broker_properties() {
  return properties;
}

Result<std::string> set_broker_property(BrokerConfig& config, std::string_view name,
                                        std::string_view value) {
  if (auto* property = find_property(broker_properties(), name)) {
    MR_TRY(set_property(*property, config, value));
    return std::string();
  }
  auto twin = std::ranges::find(coarser, name, &Coarser::name);
  if (twin != coarser.end()) {
    MR_TRY(set_coarser(config, *twin, value));
    return std::string();
  }
  if (std::ranges::find(without_meaning, name) != without_meaning.end()) {
    return fmt::format("{} has no meaning for a single Millrace node and is ignored", name);
  }
  return fail(Errc::invalid_argument,
              fmt::format("unknown property {}{}", name,
                          did_you_mean(name, property_names(broker_properties()))));
}

Result<std::vector<std::string>> read_server_properties(BrokerConfig& config,
                                                        std::string_view text) {
  std::vector<std::string> notices;
  int line_number = 0;
  for (auto line : split(text, '\n')) {
    ++line_number;
    line = trim(line);
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    auto equals = line.find('=');
    if (equals == std::string_view::npos) {
      return fail(Errc::invalid_argument,
                  fmt::format("line {}: \"{}\" is not key=value", line_number, line));
    }
    auto notice =
        set_broker_property(config, trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
    if (!notice) return fail_at(fmt::format("line {}", line_number), notice.error());
    if (!notice->empty()) notices.push_back(*std::move(notice));
  }
  return notices;
}

size_t shard_count(const BrokerConfig& config, size_t cores) {
  if (config.shards > 0) return static_cast<size_t>(config.shards);
  return std::clamp<size_t>(cores, 1, 4);
}

}  // namespace millrace::broker
