#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "millrace/record.h"

namespace millrace::fraud {

struct TopicSpec {
  std::string name;
  int partitions = 1;
};

/// Creates those topics that are not there yet, with the broker's default replication. Errors:
/// `unavailable` or `timed_out` when no broker answers, or its reason for refusing one.
Result<void> ensure_topics(const std::string& brokers, const Properties& props,
                           std::span<const TopicSpec> topics, Milliseconds timeout);

/// How many partitions a topic has. Errors: `not_found`, `unavailable`.
Result<int> partition_count(const std::string& brokers, const Properties& props,
                            const std::string& topic, Milliseconds timeout);

}  // namespace millrace::fraud
