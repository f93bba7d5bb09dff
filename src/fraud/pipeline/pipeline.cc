#include "fraud/pipeline/pipeline.h"

#include <algorithm>

namespace millrace::fraud {

uint64_t PipelineTotals::alerts() const {
  uint64_t all = 0;
  for (const auto& [rule, count] : alerts_by_rule) all += count;
  return all;
}

Pipeline::Pipeline(PipelineConfig config, TransactionSource& source, AlertLog& alerts,
                   const Clock& clock, metrics::Registry& registry, Logger log, OnAlert on_alert)
    : config_(std::move(config)),
      source_(source),
      alerts_(alerts),
      clock_(clock),
      log_(log),
      on_alert_(std::move(on_alert)),
      detector_(config_.detector),
      last_commit_(clock.mono_now()),
      late_(registry.counter("millrace_fraud_late_transactions_total",
                             "Transactions later than the velocity window remembers.")),
      sightings_(registry.gauge("millrace_fraud_window_transactions",
                                "Transactions that the velocity windows remember.")),
      forgotten_(registry.gauge("millrace_fraud_window_forgotten_early",
                                "Transactions dropped from the windows because of their limits.")),
      latency_(registry.histogram("millrace_fraud_detection_latency_seconds",
                                  "From a transaction's produce time to its durable alert.")) {
  using enum Verdict::Decision;
  for (const auto decision : {accepted, alerted, duplicate, rejected}) {
    decisions_[decision] = &registry.counter("millrace_fraud_transactions_total",
                                             "Transactions judged, by what came of it.",
                                             {{"decision", std::string(name_of(decision))}});
  }
  for (const Rule& rule : detector_.rules()) {
    totals_.alerts_by_rule[rule.id] = 0;
    alerts_by_rule_[rule.id] =
        &registry.counter("millrace_fraud_alerts_total", "Alerts raised, by rule.",
                          {{"rule", rule.id}, {"severity", std::string(name_of(rule.severity))}});
  }
}

Result<void> Pipeline::step() {
  MR_TRY(source_.poll(*this, config_.poll_wait));
  report_acknowledged();
  if (clock_.mono_now() - last_commit_ < config_.commit_interval) return {};
  return commit();
}

Result<void> Pipeline::commit() {
  last_commit_ = clock_.mono_now();
  // Alerts first: an offset must never say "judged" of a transaction whose alert can still be lost.
  const auto flushed = alerts_.flush();
  report_acknowledged();
  if (!flushed && flushed.error().code == Errc::timed_out) {
    log_.warn("alerts are not durable yet; trying again", kv("error", flushed.error().message()));
    return {};
  }
  MR_TRY(flushed);
  std::vector<Progress> progress;
  for (const auto& [id, partition] : partitions_) {
    if (!partition.changed) continue;
    progress.push_back({id, partition.next, detector_.first_needed(id, partition.next)});
  }
  sightings_.set(static_cast<double>(detector_.sightings()));
  forgotten_.set(static_cast<double>(detector_.forgotten_early()));
  if (progress.empty()) return {};
  const auto committed = source_.commit(progress);
  if (!committed && committed.error().code == Errc::fenced) return committed;
  if (!committed) {
    log_.warn("offsets are not committed; trying again", kv("error", committed.error().message()));
    return {};
  }
  for (const Progress& done : progress) partitions_.at(done.partition).changed = false;
  return {};
}

Result<void> Pipeline::on_assigned(std::span<const Progress> partitions) {
  // Whoever had these partitions before may have raised alerts beyond the committed offsets.
  MR_TRY(const auto raised, alerts_.read_new());
  for (const RaisedAlert& alert : raised) detector_.remember(alert.id, alert.raised_at);
  for (const Progress& start : partitions) {
    detector_.drop(start.partition);
    partitions_[start.partition] = {std::min(start.first_needed, start.next), start.next};
    log_.debug("judging a partition", kv("partition", start.partition), kv("from", start.next),
               kv("rebuilding_from", start.first_needed));
  }
  return {};
}

Result<void> Pipeline::on_revoked(std::span<const PartitionId> partitions, bool lost) {
  if (!lost) MR_TRY(commit());
  for (const PartitionId partition : partitions) {
    detector_.drop(partition);
    partitions_.erase(partition);
  }
  return {};
}

Result<void> Pipeline::on_record(const InputRecord& record) {
  const auto found = partitions_.find(record.position.partition);
  if (found == partitions_.end()) return {};  // fetched before the partition was revoked
  Partition& partition = found->second;
  const Verdict verdict = detector_.judge(record, clock_.wall_now());
  partition.next = record.position.offset + 1;
  // An earlier run has judged it: it is only here to rebuild the windows.
  if (record.position.offset < partition.resume) return {};
  partition.changed = true;
  count(verdict);
  for (const Alert& alert : verdict.alerts) alerts_.raise(alert);
  if (verdict.decision == Verdict::Decision::rejected) {
    alerts_.dead_letter(record, verdict.problem);
  }
  return {};
}

void Pipeline::count(const Verdict& verdict) {
  ++totals_.judged;
  totals_.alerted += verdict.decision == Verdict::Decision::alerted;
  totals_.duplicate += verdict.decision == Verdict::Decision::duplicate;
  totals_.rejected += verdict.decision == Verdict::Decision::rejected;
  totals_.late += verdict.late;
  decisions_.at(verdict.decision)->add();
  if (verdict.late) late_.add();
  for (const Alert& alert : verdict.alerts) {
    ++totals_.alerts_by_rule.at(alert.rule_id);
    alerts_by_rule_.at(alert.rule_id)->add();
  }
}

void Pipeline::report_acknowledged() {
  for (const AlertLog::Acknowledged& done : alerts_.take_acknowledged()) {
    if (done.alert.produced_at.value() >= 0) {
      latency_.observe(Milliseconds(std::max<int64_t>(0, done.at - done.alert.produced_at)));
    }
    if (on_alert_) on_alert_(done);
  }
}

std::optional<Offset> Pipeline::position(PartitionId partition) const {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) return std::nullopt;
  return found->second.next;
}

}  // namespace millrace::fraud
