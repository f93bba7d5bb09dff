#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fraud/alerts/alert.h"
#include "fraud/alerts/recent_ids.h"
#include "fraud/rules/standard_rules.h"

namespace millrace::fraud {

struct DetectorConfig {
  RuleThresholds thresholds = {};
  VelocityConfig velocity = {};
  RecentIdsConfig dedup = {};
  TransactionLimits limits = {};
};

/// A record of the transactions topic.
struct InputRecord {
  Position position;
  Timestamp produced_at{-1};  ///< the record's own timestamp; −1 = none
  std::string_view value;
};

/// What became of one record.
struct Verdict {
  enum class Decision : uint8_t {
    accepted,   ///< judged, no rule fired
    alerted,    ///< judged, `alerts` is not empty
    duplicate,  ///< this transaction was judged before
    rejected,   ///< not a transaction; `problem` says why
  };
  Decision decision = Decision::accepted;
  bool late = false;  ///< later than the window remembers; judged with what is left
  std::vector<Alert> alerts = {};
  std::string problem = {};
};
std::string_view name_of(Verdict::Decision decision);

/// Judges transactions. A pure state machine: no clock, no I/O; what it answers follows from the
/// records it was given, partition by partition in offset order, and the alerts it was told of.
/// Owned by one thread.
class Detector {
 public:
  explicit Detector(DetectorConfig config = {});

  /// Alerts come in rule order; none whose id was seen within the dedup horizon.
  Verdict judge(const InputRecord& record, Timestamp now);

  /// An alert of an earlier run: it is not raised again.
  void remember(const AlertId& alert, Timestamp raised_at);

  /// A run that starts at this offset of the partition, instead of at `next`, rebuilds all that
  /// later judgements need.
  Offset first_needed(PartitionId partition, Offset next) const;

  /// Forgets a partition that somebody else judges from now on.
  void drop(PartitionId partition);

  const std::vector<Rule>& rules() const { return rules_; }
  size_t sightings() const;
  uint64_t forgotten_early() const;

 private:
  void evaluate(const InputRecord& record, std::string_view user_id, VelocityWindow::Window window,
                Timestamp now, std::vector<Alert>& alerts);

  const DetectorConfig config_;
  const std::vector<Rule> rules_;
  std::map<PartitionId, VelocityWindow> partitions_;
  RecentIds raised_;
};

}  // namespace millrace::fraud
