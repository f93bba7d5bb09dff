#include "fraud/alerts/alert.h"

#include <fmt/format.h>

#include <algorithm>

#include "fraud/timestamps.h"

namespace millrace::fraud {

std::chrono::milliseconds Alert::latency() const {
  if (produced_at.value() < 0) return std::chrono::milliseconds(0);
  return std::chrono::milliseconds(std::max<int64_t>(0, decided_at - produced_at));
}

AlertId alert_id(const Rule& rule, const std::string& transaction_id, const Position& position) {
  const std::string version = rule.version();
  if (!transaction_id.empty()) return AlertId::of({rule.id, version, "id", transaction_id});
  return AlertId::of({rule.id, version, "at", position.topic, fmt::format("{}", position.partition),
                      fmt::format("{}", position.offset)});
}

namespace {

std::string encode_features(const std::vector<FeatureValue>& features) {
  std::string out;
  for (const FeatureValue& feature : features) {
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", json_string(feature.name), feature.json);
  }
  return "{" + out + "}";
}

std::string encode_evidence(const Alert& alert) {
  std::string out;
  for (const EvidenceRecord& record : alert.evidence) {
    const std::string id =
        record.transaction_id.empty()
            ? ""
            : fmt::format(R"(,"transaction_id":{})", json_string(record.transaction_id));
    out += fmt::format(R"({}{{"partition":{},"offset":{},"timestamp":"{}"{}}})",
                       out.empty() ? "" : ",", alert.partition, record.offset,
                       format_timestamp(record.time), id);
  }
  return "[" + out + "]";
}

}  // namespace

std::string encode_alert(const Alert& alert) {
  return fmt::format(
      R"({{"id":"{}","rule":{{"id":{},"version":"{}","severity":"{}","text":{}}},"reason":{},)"
      R"("features":{},"transaction":{},"topic":{},"partition":{},"offset":{},"evidence":{},)"
      R"("event_time":"{}","decision_time":"{}","latency_ms":{}}})",
      alert.id.text(), json_string(alert.rule_id), alert.rule_version, name_of(alert.severity),
      json_string(alert.rule_text), json_string(alert.reason), encode_features(alert.features),
      encode_transaction(alert.transaction), json_string(alert.topic), alert.partition,
      alert.offset, encode_evidence(alert), format_timestamp(alert.transaction.time),
      format_timestamp(alert.decided_at), alert.latency().count());
}

}  // namespace millrace::fraud
