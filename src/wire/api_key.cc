#include "wire/api_key.h"

#include <array>

namespace millrace::wire {

namespace {

struct Entry {
  std::string_view name;
  Version flexible_from = Message::never;
};

/// By key.
constexpr std::array entries = {
    Entry{"Produce", 9},
    Entry{"Fetch", 12},
    Entry{"ListOffsets", 6},
    Entry{"Metadata", 9},
    Entry{"LeaderAndIsr", 4},
    Entry{"StopReplica", 2},
    Entry{"UpdateMetadata", 6},
    Entry{"ControlledShutdown", 3},
    Entry{"OffsetCommit", 8},
    Entry{"OffsetFetch", 6},
    Entry{"FindCoordinator", 3},
    Entry{"JoinGroup", 6},
    Entry{"Heartbeat", 4},
    Entry{"LeaveGroup", 4},
    Entry{"SyncGroup", 4},
    Entry{"DescribeGroups", 5},
    Entry{"ListGroups", 3},
    Entry{"SaslHandshake"},
    Entry{"ApiVersions", 3},
    Entry{"CreateTopics", 5},
    Entry{"DeleteTopics", 4},
    Entry{"DeleteRecords", 2},
    Entry{"InitProducerId", 2},
    Entry{"OffsetForLeaderEpoch", 4},
    Entry{"AddPartitionsToTxn", 3},
    Entry{"AddOffsetsToTxn", 3},
    Entry{"EndTxn", 3},
    Entry{"WriteTxnMarkers", 1},
    Entry{"TxnOffsetCommit", 3},
    Entry{"DescribeAcls", 2},
    Entry{"CreateAcls", 2},
    Entry{"DeleteAcls", 2},
    Entry{"DescribeConfigs", 4},
    Entry{"AlterConfigs", 2},
    Entry{"AlterReplicaLogDirs", 2},
    Entry{"DescribeLogDirs", 2},
    Entry{"SaslAuthenticate", 2},
    Entry{"CreatePartitions", 2},
    Entry{"CreateDelegationToken", 2},
    Entry{"RenewDelegationToken", 2},
    Entry{"ExpireDelegationToken", 2},
    Entry{"DescribeDelegationToken", 2},
    Entry{"DeleteGroups", 2},
    Entry{"ElectLeaders", 2},
    Entry{"IncrementalAlterConfigs", 1},
    Entry{"AlterPartitionReassignments", 0},
    Entry{"ListPartitionReassignments", 0},
    Entry{"OffsetDelete"},
    Entry{"DescribeClientQuotas", 1},
    Entry{"AlterClientQuotas", 1},
    Entry{"DescribeUserScramCredentials", 0},
    Entry{"AlterUserScramCredentials", 0},
    Entry{"Vote", 0},
    Entry{"BeginQuorumEpoch", 1},
    Entry{"EndQuorumEpoch", 1},
    Entry{"DescribeQuorum", 0},
    Entry{"AlterPartition", 0},
    Entry{"UpdateFeatures", 0},
    Entry{"Envelope", 0},
    Entry{"FetchSnapshot", 0},
    Entry{"DescribeCluster", 0},
    Entry{"DescribeProducers", 0},
    Entry{"BrokerRegistration", 0},
    Entry{"BrokerHeartbeat", 0},
    Entry{"UnregisterBroker", 0},
    Entry{"DescribeTransactions", 0},
    Entry{"ListTransactions", 0},
    Entry{"AllocateProducerIds", 0},
    Entry{"ConsumerGroupHeartbeat", 0},
    Entry{"ConsumerGroupDescribe", 0},
    Entry{"ControllerRegistration", 0},
    Entry{"GetTelemetrySubscriptions", 0},
    Entry{"PushTelemetry", 0},
    Entry{"AssignReplicasToDirs", 0},
    Entry{"ListConfigResources", 0},
    Entry{"DescribeTopicPartitions", 0},
    Entry{"ShareGroupHeartbeat", 0},
    Entry{"ShareGroupDescribe", 0},
    Entry{"ShareFetch", 0},
    Entry{"ShareAcknowledge", 0},
    Entry{"AddRaftVoter", 0},
    Entry{"RemoveRaftVoter", 0},
    Entry{"UpdateRaftVoter", 0},
    Entry{"InitializeShareGroupState", 0},
    Entry{"ReadShareGroupState", 0},
    Entry{"WriteShareGroupState", 0},
    Entry{"DeleteShareGroupState", 0},
    Entry{"ReadShareGroupStateSummary", 0},
    Entry{"StreamsGroupHeartbeat", 0},
    Entry{"StreamsGroupDescribe", 0},
    Entry{"DescribeShareGroupOffsets", 0},
    Entry{"AlterShareGroupOffsets", 0},
    Entry{"DeleteShareGroupOffsets", 0},
};

constexpr Entry unknown{"UnknownApi"};

const Entry& entry(ApiKey key) {
  const auto index = static_cast<size_t>(static_cast<int>(key));
  return index < entries.size() ? entries[index] : unknown;
}

static_assert(entries[static_cast<size_t>(ApiKey::delete_share_group_offsets)].name ==
              "DeleteShareGroupOffsets");

}  // namespace

std::string_view name_of(ApiKey key) {
  return entry(key).name;
}

Version flexible_from(ApiKey key) {
  return entry(key).flexible_from;
}

}  // namespace millrace::wire
