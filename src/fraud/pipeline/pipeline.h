#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "fraud/pipeline/ports.h"

namespace millrace::fraud {

struct PipelineConfig {
  DetectorConfig detector = {};
  Milliseconds commit_interval{1'000};
  Milliseconds poll_wait{50};
};

/// What a run has done, for summaries and pages.
struct PipelineTotals {
  uint64_t judged = 0;  ///< every decision, rejected ones too
  uint64_t alerted = 0;
  uint64_t duplicate = 0;
  uint64_t rejected = 0;
  uint64_t late = 0;
  std::map<std::string, uint64_t> alerts_by_rule;

  uint64_t alerts() const;
};

/// Transactions in, alerts out, each exactly once whatever crashes: alerts are durable before the
/// offsets that led to them are committed, and a run that starts again rebuilds the windows from
/// the log and learns from the alert topic what was raised already (README.md has the proof).
/// Owned by one thread.
class Pipeline : private TransactionHandler {
 public:
  using OnAlert = std::function<void(const AlertLog::Acknowledged&)>;

  /// Everything handed in must outlive the pipeline. `on_alert` is called for each alert once it is
  /// durable, on the pipeline's thread.
  Pipeline(PipelineConfig config, TransactionSource& source, AlertLog& alerts, const Clock& clock,
           metrics::Registry& registry, Logger log, OnAlert on_alert);

  /// Judges what has come, waiting at most `poll_wait` for it, and commits when that is due.
  /// Errors end the pipeline: a new one goes on from what is committed.
  Result<void> step();

  /// Makes the alerts durable and commits what is judged.
  Result<void> commit();

  const PipelineTotals& totals() const { return totals_; }
  metrics::Histogram::Snapshot latency() const { return latency_.snapshot(); }
  /// True while partitions are ours.
  bool assigned() const { return !partitions_.empty(); }
  /// The first offset of the partition that is not judged; nothing for a partition not ours.
  std::optional<Offset> position(PartitionId partition) const;

 private:
  struct Partition {
    Offset next;
    Offset resume;  ///< records before it were judged by an earlier run
    bool changed = false;
  };

  Result<void> on_assigned(std::span<const Progress> partitions) override;
  Result<void> on_revoked(std::span<const PartitionId> partitions, bool lost) override;
  Result<void> on_record(const InputRecord& record) override;

  void count(const Verdict& verdict);
  void report_acknowledged();

  const PipelineConfig config_;
  TransactionSource& source_;
  AlertLog& alerts_;
  const Clock& clock_;
  const Logger log_;
  const OnAlert on_alert_;

  Detector detector_;
  std::map<PartitionId, Partition> partitions_;
  MonoTime last_commit_;
  PipelineTotals totals_;

  std::map<Verdict::Decision, metrics::Counter*> decisions_;
  std::map<std::string, metrics::Counter*> alerts_by_rule_;
  metrics::Counter& late_;
  metrics::Gauge& sightings_;
  metrics::Gauge& forgotten_;
  metrics::Histogram& latency_;
};

}  // namespace millrace::fraud
