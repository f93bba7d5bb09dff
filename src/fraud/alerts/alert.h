#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "fraud/alerts/alert_id.h"
#include "fraud/rules/rule.h"
#include "fraud/transaction.h"

namespace millrace::fraud {

/// A record that a feature value came from.
struct EvidenceRecord {
  Offset offset;
  Timestamp time;
  std::string transaction_id;
};

/// An alert with everything a person needs to judge it: the rule, the values it saw, the records
/// they came from.
struct Alert {
  AlertId id = {};
  std::string rule_id = {};
  std::string rule_version = {};
  std::string rule_text = {};
  Severity severity = Severity::warning;
  std::string reason = {};
  std::vector<FeatureValue> features = {};
  Transaction transaction = {};
  std::string topic = {};  ///< of the transaction and of all evidence
  PartitionId partition = {};
  Offset offset = {};  ///< of the transaction
  std::vector<EvidenceRecord> evidence = {};
  Timestamp produced_at{-1};  ///< when the record that led to the alert was produced
  Timestamp decided_at = {};

  /// From produced to decided; zero when the clocks disagree.
  std::chrono::milliseconds latency() const;
};

/// The identity of a rule's finding about a transaction: by the transaction's id, or by its place
/// in the log where it has none.
AlertId alert_id(const Rule& rule, const std::string& transaction_id, const Position& position);

/// One JSON object; its fields are listed in the folder's README.
std::string encode_alert(const Alert& alert);

}  // namespace millrace::fraud
