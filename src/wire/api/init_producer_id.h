#pragma once

#include "wire/types.h"

namespace millrace::wire {

struct InitProducerIdResponse {
  static constexpr Message message{
      .name = "InitProducerIdResponse", .key = 22, .versions = {0, 6}, .flexible_from = 2};

  int32_t throttle_time_ms = 0;
  /// INVALID_REQUEST, INVALID_TRANSACTION_TIMEOUT, CONCURRENT_TRANSACTIONS, PRODUCER_FENCED (before
  /// v4 INVALID_PRODUCER_EPOCH), COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR,
  /// COORDINATOR_NOT_AVAILABLE, TRANSACTIONAL_ID_ and CLUSTER_AUTHORIZATION_FAILED
  ErrorCode error_code = ErrorCode::none;
  ProducerId producer_id = no_producer_id;
  ProducerEpoch producer_epoch;
  ProducerId ongoing_txn_producer_id = no_producer_id;
  ProducerEpoch ongoing_txn_producer_epoch = no_producer_epoch;

  static void walk(auto& io, auto& m) {
    io.field("throttle_time_ms", m.throttle_time_ms);
    io.field("error_code", m.error_code);
    io.field("producer_id", m.producer_id);
    io.field("producer_epoch", m.producer_epoch);
    io.field("ongoing_txn_producer_id", m.ongoing_txn_producer_id, {.since = 6});
    io.field("ongoing_txn_producer_epoch", m.ongoing_txn_producer_epoch, {.since = 6});
  }
  bool operator==(const InitProducerIdResponse&) const = default;
};

/// A producer id for an idempotent producer (no transactional id) or a transactional one. v3 bumps
/// the epoch of an id the producer has (KIP-360); v6, two-phase commit (KIP-939), Kafka itself
/// hides as unstable.
struct InitProducerIdRequest {
  static constexpr Message message{
      .name = "InitProducerIdRequest", .key = 22, .versions = {0, 6}, .flexible_from = 2};
  using Response = InitProducerIdResponse;

  std::optional<std::string> transactional_id = "";
  int32_t transaction_timeout_ms = 0;
  ProducerId producer_id = no_producer_id;
  ProducerEpoch producer_epoch = no_producer_epoch;
  bool enable_2pc = false;
  bool keep_prepared_txn = false;

  static void walk(auto& io, auto& m) {
    io.field("transactional_id", m.transactional_id);
    io.field("transaction_timeout_ms", m.transaction_timeout_ms);
    io.field("producer_id", m.producer_id, {.since = 3});
    io.field("producer_epoch", m.producer_epoch, {.since = 3});
    io.field("enable_2pc", m.enable_2pc, {.since = 6});
    io.field("keep_prepared_txn", m.keep_prepared_txn, {.since = 6});
  }
  bool operator==(const InitProducerIdRequest&) const = default;
};

}  // namespace millrace::wire
