#pragma once

#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/types.h"

/// Values of the records in `__cluster_metadata-0`, Kafka's own (KIP-631), so that Kafka's tools
/// read our log and a Kafka node can take it over. A value is framed, then a flexible message:
///
///   value := frame_version:uvarint(1) type:uvarint version:uvarint message
///
/// The records have no key. State is what replaying them from the first gives.
namespace millrace::wire {

/// A topic exists from here on; its partitions follow.
struct TopicRecord {
  static constexpr Message message{
      .name = "TopicRecord", .key = 2, .versions = {0, 0}, .flexible_from = 0};

  std::string name;
  TopicId topic_id;

  static void walk(auto& io, auto& m) {
    io.field("name", m.name);
    io.field("topic_id", m.topic_id);
  }
  bool operator==(const TopicRecord&) const = default;
};

/// A partition as a whole. v1 has the directory of each replica (KIP-858), v2 the eligible leader
/// replicas (KIP-966).
struct PartitionRecord {
  static constexpr Message message{
      .name = "PartitionRecord", .key = 3, .versions = {0, 2}, .flexible_from = 0};

  PartitionId partition_id{-1};
  TopicId topic_id;
  std::vector<BrokerId> replicas;
  std::vector<BrokerId> isr;
  std::vector<BrokerId> removing_replicas;
  std::vector<BrokerId> adding_replicas;
  BrokerId leader = no_broker;
  LeaderEpoch leader_epoch = no_leader_epoch;
  int32_t partition_epoch = -1;
  std::vector<Uuid> directories;     ///< beside `replicas`; the ids of meta.properties
  int8_t leader_recovery_state = 0;  ///< 1: recovering after an unclean election
  std::optional<std::vector<BrokerId>> eligible_leader_replicas;
  std::optional<std::vector<BrokerId>> last_known_elr;

  static void walk(auto& io, auto& m) {
    io.field("partition_id", m.partition_id);
    io.field("topic_id", m.topic_id);
    io.field("replicas", m.replicas);
    io.field("isr", m.isr);
    io.field("removing_replicas", m.removing_replicas);
    io.field("adding_replicas", m.adding_replicas);
    io.field("leader", m.leader);
    io.field("leader_epoch", m.leader_epoch);
    io.field("partition_epoch", m.partition_epoch);
    io.field("directories", m.directories, {.since = 1});
    io.tagged(0, "leader_recovery_state", m.leader_recovery_state);
    io.tagged(1, "eligible_leader_replicas", m.eligible_leader_replicas, {.since = 2});
    io.tagged(2, "last_known_elr", m.last_known_elr, {.since = 2});
  }
  bool operator==(const PartitionRecord&) const = default;
};

/// A setting of a topic or broker; a null value returns it to its default.
struct ConfigRecord {
  static constexpr Message message{
      .name = "ConfigRecord", .key = 4, .versions = {0, 0}, .flexible_from = 0};

  ConfigResourceType resource_type{};
  std::string resource_name;
  std::string name;
  std::optional<std::string> value = "";

  static void walk(auto& io, auto& m) {
    io.field("resource_type", m.resource_type);
    io.field("resource_name", m.resource_name);
    io.field("name", m.name);
    io.field("value", m.value);
  }
  bool operator==(const ConfigRecord&) const = default;
};

/// The topic is gone, with its partitions and settings.
struct RemoveTopicRecord {
  static constexpr Message message{
      .name = "RemoveTopicRecord", .key = 9, .versions = {0, 0}, .flexible_from = 0};

  TopicId topic_id;

  static void walk(auto& io, auto& m) { io.field("topic_id", m.topic_id); }
  bool operator==(const RemoveTopicRecord&) const = default;
};

/// A finalized feature; the first record of a log is `metadata.version`.
struct FeatureLevelRecord {
  static constexpr Message message{
      .name = "FeatureLevelRecord", .key = 12, .versions = {0, 0}, .flexible_from = 0};

  std::string name;
  int16_t feature_level = 0;  ///< 0 removes it

  static void walk(auto& io, auto& m) {
    io.field("name", m.name);
    io.field("feature_level", m.feature_level);
  }
  bool operator==(const FeatureLevelRecord&) const = default;
};

/// A block of producer ids was handed to a broker.
struct ProducerIdsRecord {
  static constexpr Message message{
      .name = "ProducerIdsRecord", .key = 15, .versions = {0, 0}, .flexible_from = 0};

  BrokerId broker_id;
  int64_t broker_epoch = -1;
  ProducerId next_producer_id{0};  ///< the first that has not been handed out

  static void walk(auto& io, auto& m) {
    io.field("broker_id", m.broker_id);
    io.field("broker_epoch", m.broker_epoch);
    io.field("next_producer_id", m.next_producer_id);
  }
  bool operator==(const ProducerIdsRecord&) const = default;
};

struct MetadataRecordHeader {
  int16_t type = 0;  ///< a record's Message::key; of types unknown here, the record can be kept or
                     ///< refused, but not read
  Version version = 0;
  size_t size = 0;  ///< bytes the header took: the message follows
};

/// Errors: corrupt, unsupported (a frame version other than 1).
Result<MetadataRecordHeader> decode_metadata_header(Bytes value);
void encode_metadata_header(int16_t type, Version version, Encoded& out);

/// A record's whole value.
template <class M>
Result<Buffer> metadata_value(const M& record, Version version = M::message.versions.max) {
  Encoded out;
  encode_metadata_header(M::message.key, version, out);
  MR_TRY(encode(record, version, out));
  return std::move(out.bytes);
}

/// The record in `value`, whose header has said that it is an M.
template <class M>
Result<M> metadata_record(const MetadataRecordHeader& header, Bytes value) {
  return decode<M>(value.subspan(header.size), header.version);
}

}  // namespace millrace::wire
