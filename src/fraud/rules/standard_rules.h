#pragma once

#include <vector>

#include "fraud/rules/rule.h"

namespace millrace::fraud {

struct RuleThresholds {
  Money amount_above = Money::from_units(900);  ///< high_amount fires above, not at it
  size_t velocity_at_least = 4;                 ///< velocity_1h fires at it and above
};

/// The rules of the detector, in the order they are evaluated. All are; none hides another.
std::vector<Rule> standard_rules(const RuleThresholds& thresholds = {});

Rule high_amount(Money above);
Rule velocity_1h(size_t at_least);

}  // namespace millrace::fraud
