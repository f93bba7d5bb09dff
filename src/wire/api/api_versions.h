#pragma once

#include "wire/types.h"

namespace millrace::wire {

/// What the broker speaks, and with v3 its features (KIP-584). The header of the response is v0 in
/// every version, and a request of an unknown version is answered in v0 with UNSUPPORTED_VERSION
/// and the full list, so that any client can fall back (KIP-511).
struct ApiVersionsResponse {
  static constexpr Message message{
      .name = "ApiVersionsResponse", .key = 18, .versions = {0, 4}, .flexible_from = 3};

  struct Api {
    int16_t api_key = 0;
    int16_t min_version = 0;
    int16_t max_version = 0;
    static void walk(auto& io, auto& m) {
      io.field("api_key", m.api_key);
      io.field("min_version", m.min_version);
      io.field("max_version", m.max_version);
    }
    bool operator==(const Api&) const = default;
  };
  struct SupportedFeature {
    std::string name;
    int16_t min_version = 0;  ///< v0–3 of this message cannot carry 0: leave such a feature out
    int16_t max_version = 0;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("min_version", m.min_version);
      io.field("max_version", m.max_version);
    }
    bool operator==(const SupportedFeature&) const = default;
  };
  /// In force now. Java clients take transactions V2 only from `transaction.version` ≥ 2 here.
  struct FinalizedFeature {
    std::string name;
    int16_t max_version_level = 0;
    int16_t min_version_level = 0;
    static void walk(auto& io, auto& m) {
      io.field("name", m.name);
      io.field("max_version_level", m.max_version_level);
      io.field("min_version_level", m.min_version_level);
    }
    bool operator==(const FinalizedFeature&) const = default;
  };

  ErrorCode error_code =
      ErrorCode::none;  ///< UNSUPPORTED_VERSION, INVALID_REQUEST (bad client name)
  std::vector<Api> api_keys;
  int32_t throttle_time_ms = 0;
  std::vector<SupportedFeature> supported_features;
  int64_t finalized_features_epoch = -1;  ///< −1 = unknown: the finalized features are not read
  std::vector<FinalizedFeature> finalized_features;
  bool zk_migration_ready = false;

  static void walk(auto& io, auto& m) {
    io.field("error_code", m.error_code);
    io.field("api_keys", m.api_keys);
    io.field("throttle_time_ms", m.throttle_time_ms, {.since = 1});
    io.tagged(0, "supported_features", m.supported_features, {.since = 3});
    io.tagged(1, "finalized_features_epoch", m.finalized_features_epoch,
              {.since = 3, .absent = -1});
    io.tagged(2, "finalized_features", m.finalized_features, {.since = 3});
    io.tagged(3, "zk_migration_ready", m.zk_migration_ready, {.since = 3});
  }
  bool operator==(const ApiVersionsResponse&) const = default;
};

/// The first request of nearly every connection; v3 names the client's library (KIP-511).
struct ApiVersionsRequest {
  static constexpr Message message{
      .name = "ApiVersionsRequest", .key = 18, .versions = {0, 4}, .flexible_from = 3};
  using Response = ApiVersionsResponse;

  std::string client_software_name;
  std::string client_software_version;

  static void walk(auto& io, auto& m) {
    io.field("client_software_name", m.client_software_name, {.since = 3});
    io.field("client_software_version", m.client_software_version, {.since = 3});
  }
  bool operator==(const ApiVersionsRequest&) const = default;
};

}  // namespace millrace::wire
