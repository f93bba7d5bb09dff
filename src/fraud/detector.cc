#include "fraud/detector.h"

#include <fmt/format.h>

#include "fraud/timestamps.h"

namespace millrace::fraud {

std::string_view name_of(Verdict::Decision decision) {
  switch (decision) {
    case Verdict::Decision::accepted:
      return "accepted";
    case Verdict::Decision::alerted:
      return "alerted";
    case Verdict::Decision::duplicate:
      return "duplicate";
    case Verdict::Decision::rejected:
      return "rejected";
  }
  return "unknown";
}

Detector::Detector(DetectorConfig config)
    : config_(config), rules_(standard_rules(config.thresholds)), raised_(config.dedup) {}

namespace {

Verdict rejected(std::string problem) {
  return {.decision = Verdict::Decision::rejected, .problem = std::move(problem)};
}

Alert make_alert(const Rule& rule, const Finding& finding, const Subject& subject,
                 const InputRecord& record) {
  const Sighting& judged = subject.transaction();
  const Position position{record.position.topic, record.position.partition, judged.offset};
  Alert alert{.id = alert_id(rule, judged.id, position),
              .rule_id = rule.id,
              .rule_version = rule.version(),
              .rule_text = rule.text,
              .severity = rule.severity,
              .reason = finding.reason,
              .features = finding.features,
              .transaction = {.id = judged.id,
                              .user_id = std::string(subject.user_id),
                              .amount = judged.amount,
                              .location = judged.location,
                              .time = judged.time},
              .topic = std::string(position.topic),
              .partition = position.partition,
              .offset = position.offset,
              .evidence = {},
              .produced_at = record.produced_at};
  for (const Sighting& seen : finding.evidence) {
    alert.evidence.push_back({seen.offset, seen.time, seen.id});
  }
  return alert;
}

}  // namespace

Verdict Detector::judge(const InputRecord& record, Timestamp now) {
  const auto transaction = decode_transaction(record.value, config_.limits);
  if (!transaction) return rejected(transaction.error().context);
  // One clock that runs ahead must not make everybody else's transactions late. The record's own
  // timestamp is in the log, so a second run decides the same.
  const auto ahead = config_.velocity.lateness.count();
  if (record.produced_at.value() >= 0 && transaction->time > record.produced_at + ahead) {
    return rejected(
        fmt::format("field timestamp: {} is more than {} s after the record was produced",
                    format_timestamp(transaction->time), ahead / 1000));
  }
  auto& window = partitions_.try_emplace(record.position.partition, config_.velocity).first->second;
  const auto seen = window.add(*transaction, record.position.offset);
  Verdict verdict{.late = seen.late};
  for (const auto& changed : seen.windows) {
    evaluate(record, transaction->user_id, changed, now, verdict.alerts);
  }
  if (seen.duplicate) verdict.decision = Verdict::Decision::duplicate;
  if (!verdict.alerts.empty()) verdict.decision = Verdict::Decision::alerted;
  return verdict;
}

void Detector::evaluate(const InputRecord& record, std::string_view user_id,
                        VelocityWindow::Window window, Timestamp now, std::vector<Alert>& alerts) {
  const Subject subject{user_id, window};
  for (const Rule& rule : rules_) {
    const auto finding = rule.evaluate(subject);
    if (!finding) continue;
    Alert alert = make_alert(rule, *finding, subject, record);
    alert.decided_at = now;
    if (raised_.add(alert.id, now)) alerts.push_back(std::move(alert));
  }
}

void Detector::remember(const AlertId& alert, Timestamp raised_at) {
  raised_.add(alert, raised_at);
}

Offset Detector::first_needed(PartitionId partition, Offset next) const {
  const auto found = partitions_.find(partition);
  return found == partitions_.end() ? next : found->second.first_needed(next);
}

void Detector::drop(PartitionId partition) {
  partitions_.erase(partition);
}

size_t Detector::sightings() const {
  size_t all = 0;
  for (const auto& [partition, window] : partitions_) all += window.sightings();
  return all;
}

uint64_t Detector::forgotten_early() const {
  uint64_t all = 0;
  for (const auto& [partition, window] : partitions_) all += window.forgotten_early();
  return all;
}

}  // namespace millrace::fraud
