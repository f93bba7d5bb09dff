#include "groups/records.h"

#include <set>

#include "base/assert.h"
#include "groups/partition_for.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace millrace::groups {

namespace {

// Keys start with the kind of the record, values with their version.
constexpr int16_t offset_kind_v0 = 0;
constexpr int16_t offset_kind = 1;
constexpr int16_t group_kind = 2;

struct OffsetKey {
  static constexpr wire::Message message{.name = "OffsetCommitKey", .versions = {0, 1}};
  std::string group;
  std::string topic;
  PartitionId partition;
  static void walk(auto& io, auto& m) {
    io.field("group", m.group);
    io.field("topic", m.topic);
    io.field("partition", m.partition);
  }
};

struct OffsetValue {
  static constexpr wire::Message message{
      .name = "OffsetCommitValue", .versions = {0, 4}, .flexible_from = 4};
  CommittedOffset offset;
  static void walk(auto& io, auto& m) {
    io.field("offset", m.offset.offset);
    io.field("leader_epoch", m.offset.leader_epoch, {.since = 3});
    io.field("metadata", m.offset.metadata);
    io.field("commit_timestamp", m.offset.committed_at);
    io.field("expire_timestamp", m.offset.expires_at, {.since = 1, .until = 1});
  }
};

struct GroupKey {
  static constexpr wire::Message message{.name = "GroupMetadataKey", .versions = {2, 2}};
  std::string group;
  static void walk(auto& io, auto& m) { io.field("group", m.group); }
};

struct MemberValue {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  int32_t rebalance_timeout_ms = -1;
  int32_t session_timeout_ms = 0;
  Buffer subscription;
  Buffer assignment;
  static void walk(auto& io, auto& m) {
    io.field("member_id", m.member_id);
    io.field("group_instance_id", m.instance_id, {.since = 3});
    io.field("client_id", m.client_id);
    io.field("client_host", m.client_host);
    io.field("rebalance_timeout", m.rebalance_timeout_ms, {.since = 1});
    io.field("session_timeout", m.session_timeout_ms);
    io.field("subscription", m.subscription);
    io.field("assignment", m.assignment);
  }
};

struct GroupValue {
  static constexpr wire::Message message{
      .name = "GroupMetadataValue", .versions = {0, 4}, .flexible_from = 4};
  std::string protocol_type;
  GenerationId generation;
  std::optional<std::string> protocol;
  std::optional<std::string> leader;
  Timestamp state_since{-1};
  std::vector<MemberValue> members;
  static void walk(auto& io, auto& m) {
    io.field("protocol_type", m.protocol_type);
    io.field("generation", m.generation);
    io.field("protocol", m.protocol);
    io.field("leader", m.leader);
    io.field("current_state_timestamp", m.state_since, {.since = 2});
    io.field("members", m.members);
  }
};

template <class M>
Buffer prefixed(int16_t prefix, const M& message, wire::Version version) {
  wire::Encoded out;
  wire::Encoder(out, version, false).integer(prefix);
  auto encoded = wire::encode(message, version, out);
  MR_ASSERT(encoded);  // GroupsConfig bounds every name
  return std::move(out.bytes);
}

int32_t to_int32(Milliseconds ms) {
  return static_cast<int32_t>(ms.count());
}

GroupValue to_wire(const GroupMetadata& g) {
  GroupValue value{g.protocol_type, g.generation, g.protocol, g.leader, g.state_since, {}};
  for (const StoredMember& m : g.members) {
    value.members.push_back({m.member_id, m.instance_id, m.client_id, m.client_host,
                             to_int32(m.rebalance_timeout), to_int32(m.session_timeout),
                             m.subscription, m.assignment});
  }
  return value;
}

Buffer encode_value(const GroupMetadata& value) {
  return prefixed(3, to_wire(value), 3);
}

Buffer encode_value(const CommittedOffset& value) {
  const wire::Version version = value.expires_at == Timestamp(-1) ? 3 : 1;
  return prefixed(version, OffsetValue{value}, version);
}

Buffer encode_key(const GroupChange& change) {
  return prefixed(group_kind, GroupKey{change.group_id}, group_kind);
}

Buffer encode_key(const OffsetChange& change) {
  OffsetKey key{change.group_id, change.partition.topic, change.partition.partition};
  return prefixed(offset_kind, key, offset_kind);
}

Result<int16_t> take_prefix(Bytes& bytes, const char* what) {
  if (bytes.size() < 2) return fail(Errc::corrupt, std::string(what) + " without a version");
  const auto prefix = load_be<int16_t>(bytes.data());
  bytes = bytes.subspan(2);
  return prefix;
}

Result<GroupMetadata> from_wire(GroupValue value) {
  GroupMetadata g{std::move(value.protocol_type), value.generation,  std::move(value.protocol),
                  std::move(value.leader),        value.state_since, {}};
  std::set<std::string> ids;
  std::set<std::string> instances;
  for (MemberValue& m : value.members) {
    const bool fresh = ids.insert(m.member_id).second &&
                       (!m.instance_id || instances.insert(*m.instance_id).second);
    if (!fresh) return fail(Errc::corrupt, "GroupMetadataValue names a member twice");
    const int32_t rebalance = m.rebalance_timeout_ms < 0 ? m.session_timeout_ms  // not in v0
                                                         : m.rebalance_timeout_ms;
    g.members.push_back({std::move(m.member_id), std::move(m.instance_id), std::move(m.client_id),
                         std::move(m.client_host), Milliseconds(rebalance),
                         Milliseconds(m.session_timeout_ms), std::move(m.subscription),
                         std::move(m.assignment)});
  }
  return g;
}

Result<std::optional<Change>> decode_group(Bytes key, std::optional<Bytes> value) {
  MR_TRY(GroupKey k, wire::decode<GroupKey>(key, group_kind));
  GroupChange change{std::move(k.group), std::nullopt};
  if (!value) return Change(std::move(change));
  MR_TRY(int16_t version, take_prefix(*value, "GroupMetadataValue"));
  MR_TRY(GroupValue v, wire::decode<GroupValue>(*value, version));
  MR_TRY(change.value, from_wire(std::move(v)));
  return Change(std::move(change));
}

Result<std::optional<Change>> decode_offset(Bytes key, std::optional<Bytes> value) {
  MR_TRY(OffsetKey k, wire::decode<OffsetKey>(key, offset_kind));
  OffsetChange change{std::move(k.group), {std::move(k.topic), k.partition}, std::nullopt};
  if (!value) return Change(std::move(change));
  MR_TRY(int16_t version, take_prefix(*value, "OffsetCommitValue"));
  MR_TRY(OffsetValue v, wire::decode<OffsetValue>(*value, version));
  change.value = std::move(v.offset);
  return Change(std::move(change));
}

}  // namespace

RecordToAppend encode(const Change& change, int32_t partitions) {
  return std::visit(
      [&](const auto& c) {
        RecordToAppend record{partition_for(c.group_id, partitions), encode_key(c), std::nullopt};
        if (c.value) record.value = encode_value(*c.value);
        return record;
      },
      change);
}

size_t encoded_size(const GroupMetadata& value) {
  return encode_value(value).size();
}

Result<std::optional<Change>> decode(Bytes key, std::optional<Bytes> value) {
  MR_TRY(int16_t kind, take_prefix(key, "key"));
  if (kind == group_kind) return decode_group(key, value);
  if (kind == offset_kind || kind == offset_kind_v0) return decode_offset(key, value);
  return std::optional<Change>();
}

namespace {

struct Subscription {
  std::vector<std::string> topics;
  static void walk(auto& io, auto& m) { io.field("topics", m.topics); }
};

}  // namespace

std::optional<std::vector<std::string>> subscribed_topics(Bytes metadata) {
  auto version = take_prefix(metadata, "subscription");
  if (!version || *version < 0) return std::nullopt;
  // Later versions only append fields, so what follows the topics does not matter.
  wire::Decoder in(metadata, 0, false);
  Subscription subscription;
  in.nested(subscription);
  if (!in.ok()) return std::nullopt;
  return std::move(subscription.topics);
}

}  // namespace millrace::groups
