#include "fraud/kafka/topics.h"

#include <algorithm>

namespace millrace::fraud {

Result<void> ensure_topics(Admin& admin, std::span<const TopicSpec> topics) {
  MR_TRY(const auto known, admin.topics());
  for (const TopicSpec& wanted : topics) {
    if (std::ranges::find(known, wanted.name, &TopicDescription::name) != known.end()) continue;
    const auto created = admin.create_topic(
        {.name = wanted.name, .partitions = wanted.partitions, .replicas = -1, .configs = {}});
    if (!created && created.error().code != Errc::already_exists) return created;
  }
  return {};
}

}  // namespace millrace::fraud
