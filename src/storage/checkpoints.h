#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "io/directory.h"
#include "storage/partition_name.h"

/// Kafka's small text files: what is in them, as pure functions, and reading them.
namespace millrace::storage {

using OffsetCheckpoint = std::map<PartitionName, Offset>;

/// "0\n<count>\n" then "<topic> <partition> <offset>\n" each.
std::string format_offsets(const OffsetCheckpoint& offsets);
Result<OffsetCheckpoint> parse_offsets(std::string_view text);

using EpochStart = std::pair<LeaderEpoch, Offset>;

/// "0\n<count>\n" then "<epoch> <start offset>\n" each.
std::string format_epochs(const std::vector<EpochStart>& epochs);
Result<std::vector<EpochStart>> parse_epochs(std::string_view text);

/// "version: 0\ntopic_id: <uuid>".
std::string format_partition_metadata(TopicId id);
Result<TopicId> parse_partition_metadata(std::string_view text);

/// "key=value" lines; '#' starts a comment.
Result<std::map<std::string, std::string, std::less<>>> parse_properties(std::string_view text);

/// The text of a small file; nothing when it is not there. limit_exceeded above 64 MiB.
Result<std::optional<std::string>> read_text(io::Directory& directory, std::string_view path);

}  // namespace millrace::storage
