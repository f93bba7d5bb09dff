#include "fraud/rules/standard_rules.h"

#include <fmt/format.h>

namespace millrace::fraud {

std::vector<Rule> standard_rules(const RuleThresholds& thresholds) {
  return {
      high_amount(thresholds.amount_above),
      velocity_1h(thresholds.velocity_at_least),
  };
}

Rule high_amount(Money above) {
  const auto evaluate = [above](const Subject& subject) -> std::optional<Finding> {
    const Money amount = subject.transaction().amount;
    if (amount <= above) return std::nullopt;
    return Finding{.reason = fmt::format("amount {} is over {}", amount.text(), above.text()),
                   .features = {{"amount", amount.text()}},
                   .evidence = subject.last_hour.last(1)};
  };
  return {"high_amount", Severity::warning, fmt::format("amount > {}", above.text()), evaluate};
}

Rule velocity_1h(size_t at_least) {
  const auto evaluate = [at_least](const Subject& subject) -> std::optional<Finding> {
    const size_t count = subject.last_hour.size();
    if (count < at_least) return std::nullopt;
    return Finding{.reason = fmt::format("{} transactions of the user within 1 h", count),
                   .features = {{"count_1h", fmt::format("{}", count)}},
                   .evidence = subject.last_hour};
  };
  return {"velocity_1h", Severity::error,
          fmt::format("{} or more transactions of a user within (t - 1 h, t]", at_least), evaluate};
}

}  // namespace millrace::fraud
