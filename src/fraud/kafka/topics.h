#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "millrace/admin.h"

namespace millrace::fraud {

struct TopicSpec {
  std::string name;
  int32_t partitions = 1;
};

/// Creates those topics that are not there yet, with the broker's default replication. Errors:
/// `unavailable` or `timed_out` when no broker answers, or its reason for refusing one.
Result<void> ensure_topics(Admin& admin, std::span<const TopicSpec> topics);

}  // namespace millrace::fraud
