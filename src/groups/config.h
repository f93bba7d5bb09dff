#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace millrace::groups {

/// Limits and times of the group coordinator. In brackets: Kafka's name for the setting; a limit
/// without one is ours, because everything that queues here must end somewhere.
struct GroupsConfig {
  /// [offsets.topic.num.partitions] decides which partition a group's records go to; fixed for
  /// the life of a data directory.
  int32_t offsets_topic_partitions = 50;

  /// [group.min.session.timeout.ms] [group.max.session.timeout.ms], both inclusive.
  Milliseconds session_timeout_min{6'000};
  Milliseconds session_timeout_max{1'800'000};
  /// [group.initial.rebalance.delay.ms] How long the first join of an empty group waits for
  /// others. Kafka waits 3 s; on one node for development nobody wants to.
  Milliseconds initial_rebalance_delay{0};
  /// How long a member that was never told its id (JoinGroup before v4) may wait in a rebalance
  /// before it is taken for gone; it cannot heartbeat yet. Fixed at 5 minutes in Kafka.
  Milliseconds new_member_timeout{300'000};

  /// [group.max.size] Members of one group, inclusive; also how many may hold an id they were
  /// given without having joined with it.
  int32_t group_size_max = 10'000;
  /// Groups that this coordinator keeps, inclusive.
  size_t groups_max = 100'000;
  /// Protocols that one member may offer, inclusive; clients have one or two.
  size_t protocols_max = 100;
  /// Bytes of one group's metadata record, inclusive: all members' subscriptions and assignments,
  /// which have to fit a batch; also what one member may offer altogether.
  size_t group_record_bytes_max = 8 * 1024 * 1024;

  /// Bytes of any one name in a record (group, member, instance, client, protocol); inclusive and
  /// at most 32'000, as records have 16-bit lengths.
  size_t name_bytes_max = 4096;
  /// Tombstones written by one retention check; what is left is taken by another one at once.
  size_t expired_offsets_per_check_max = 10'000;

  /// [offset.metadata.max.bytes] inclusive, at most 32'000.
  size_t offset_metadata_bytes_max = 4096;
  /// [offsets.retention.minutes] counted from the moment the group became empty, or from the
  /// commit when the group has no members by nature or no longer subscribes to the topic.
  Milliseconds offsets_retention{7 * 24 * 3'600'000LL};
  /// [offsets.retention.check.interval.ms]
  Milliseconds offsets_retention_check_interval{600'000};
};

}  // namespace millrace::groups
