#include "broker/handlers/table.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "wire/api/api_versions.h"

namespace millrace::broker {

// Each in the file of its name.
Api produce_api();
Api fetch_api();
Api list_offsets_api();
Api metadata_api();
Api offset_commit_api();
Api offset_fetch_api();
Api find_coordinator_api();
Api join_group_api();
Api heartbeat_api();
Api leave_group_api();
Api sync_group_api();
Api describe_groups_api();
Api list_groups_api();
Api api_versions_api();
Api create_topics_api();
Api delete_topics_api();
Api init_producer_id_api();
Api describe_configs_api();
Api create_partitions_api();
Api delete_groups_api();
Api describe_cluster_api();

std::span<const Api> api_table() {
  static const std::array table = {
      produce_api(),           fetch_api(),
      list_offsets_api(),      metadata_api(),
      offset_commit_api(),     offset_fetch_api(),
      find_coordinator_api(),  join_group_api(),
      heartbeat_api(),         leave_group_api(),
      sync_group_api(),        describe_groups_api(),
      list_groups_api(),       api_versions_api(),
      create_topics_api(),     delete_topics_api(),
      init_producer_id_api(),  describe_configs_api(),
      create_partitions_api(), delete_groups_api(),
      describe_cluster_api(),
  };
  return table;
}

const Api* find_api(wire::ApiKey key) {
  auto found = std::ranges::find(api_table(), key, &Api::key);
  return found == api_table().end() ? nullptr : &*found;
}

/// KIP-511: whatever version of ApiVersions is asked for, the answer must be readable by a client
/// that does not know yet what we speak: version 0, with the versions that it can use.
void refuse_api_versions(const Call& call, const ReplyCallback& reply) {
  MR_ASSERT(call.header.api_key == wire::ApiKey::api_versions);
  wire::ApiVersionsResponse response;
  response.error_code = wire::ErrorCode::unsupported_version;
  for (const auto& api : api_table()) {
    response.api_keys.push_back(
        {static_cast<int16_t>(api.key), api.advertised_min, api.served.max});
  }
  auto frame =
      wire::response_frame<wire::ApiVersionsRequest>(response, 0, call.header.correlation_id);
  MR_ASSERT(frame.has_value());
  reply({.pieces = to_pieces(*std::move(frame), {}), .close_because = {}});
}

}  // namespace millrace::broker
