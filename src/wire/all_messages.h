#pragma once

#include "wire/api/api_versions.h"
#include "wire/api/create_partitions.h"
#include "wire/api/create_topics.h"
#include "wire/api/delete_groups.h"
#include "wire/api/delete_records.h"
#include "wire/api/delete_topics.h"
#include "wire/api/describe_cluster.h"
#include "wire/api/describe_configs.h"
#include "wire/api/describe_groups.h"
#include "wire/api/describe_log_dirs.h"
#include "wire/api/describe_topic_partitions.h"
#include "wire/api/fetch.h"
#include "wire/api/find_coordinator.h"
#include "wire/api/heartbeat.h"
#include "wire/api/incremental_alter_configs.h"
#include "wire/api/init_producer_id.h"
#include "wire/api/join_group.h"
#include "wire/api/leave_group.h"
#include "wire/api/list_groups.h"
#include "wire/api/list_offsets.h"
#include "wire/api/metadata.h"
#include "wire/api/offset_commit.h"
#include "wire/api/offset_fetch.h"
#include "wire/api/offset_for_leader_epoch.h"
#include "wire/api/produce.h"
#include "wire/api/sync_group.h"
#include "wire/metadata_records.h"

namespace millrace::wire {

/// A list of types, to be expanded.
template <class... M>
struct Messages {};

// Every message described here, for the tests and tools that go through all of them, in
// portions that compile side by side. Handlers include the one file they need.

using DataMessages = Messages<  //
    ApiVersionsRequest, ApiVersionsResponse, MetadataRequest, MetadataResponse, ProduceRequest,
    ProduceResponse, FetchRequest, FetchResponse, ListOffsetsRequest, ListOffsetsResponse,
    InitProducerIdRequest, InitProducerIdResponse>;

using GroupMessages = Messages<  //
    FindCoordinatorRequest, FindCoordinatorResponse, JoinGroupRequest, JoinGroupResponse,
    SyncGroupRequest, SyncGroupResponse, HeartbeatRequest, HeartbeatResponse, LeaveGroupRequest,
    LeaveGroupResponse, OffsetCommitRequest, OffsetCommitResponse, OffsetFetchRequest,
    OffsetFetchResponse, DescribeGroupsRequest, DescribeGroupsResponse, ListGroupsRequest,
    ListGroupsResponse, DeleteGroupsRequest, DeleteGroupsResponse>;

using AdminMessages = Messages<  //
    CreateTopicsRequest, CreateTopicsResponse, DeleteTopicsRequest, DeleteTopicsResponse,
    CreatePartitionsRequest, CreatePartitionsResponse, DescribeConfigsRequest,
    DescribeConfigsResponse, DescribeClusterRequest, DescribeClusterResponse,
    OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, DeleteRecordsRequest,
    DeleteRecordsResponse, IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
    DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, DescribeLogDirsRequest,
    DescribeLogDirsResponse>;

using MetadataRecords = Messages<  //
    TopicRecord, PartitionRecord, ConfigRecord, RemoveTopicRecord, FeatureLevelRecord,
    ProducerIdsRecord>;

}  // namespace millrace::wire
