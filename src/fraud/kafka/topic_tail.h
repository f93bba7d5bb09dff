#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/log.h"
#include "fraud/kafka/group_reader.h"

namespace millrace::fraud {

/// The end of a topic: from the first record that is not older than a time.
struct TopicTail {
  std::string brokers;
  std::string topic;
  Timestamp not_before;
  Properties props = {};
  Milliseconds timeout{60'000};  ///< without any progress
};

/// Reads each partition from where `read_up_to` says, or where the tail begins, to its end at the
/// time of the call or later, and moves `read_up_to`. In no group. Errors: `timed_out`,
/// `not_found`, what the broker refuses.
Result<void> read_tail(const TopicTail& tail, std::map<PartitionId, Offset>& read_up_to, Logger log,
                       const std::function<void(const rd_kafka_message_t&)>& visit);

}  // namespace millrace::fraud
