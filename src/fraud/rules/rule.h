#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fraud/features/velocity.h"

namespace millrace::fraud {

/// PagerDuty's words.
enum class Severity : uint8_t { info, warning, error, critical };
std::string_view name_of(Severity severity);

/// What a rule looks at: one transaction and what is known about its user at its time.
struct Subject {
  std::string_view user_id;
  VelocityWindow::Window last_hour;  ///< ends with the transaction itself

  const Sighting& transaction() const { return last_hour.back(); }
};

/// A value the rule compared, as JSON, under the name used in the rule's text.
struct FeatureValue {
  std::string name;
  std::string json;
};

/// Why a rule fired.
struct Finding {
  std::string reason;  ///< one sentence with the values in it
  std::vector<FeatureValue> features;
  VelocityWindow::Window evidence;  ///< the records the values came from
};

/// One rule: a name, a text that says exactly when it fires, and the function that decides. A rule
/// is monotone: more transactions in the window never un-fire it, so a late one can only add
/// alerts.
struct Rule {
  std::string id;
  Severity severity = Severity::warning;
  std::string text;
  std::function<std::optional<Finding>(const Subject&)> evaluate;

  /// Changes with the text, so an alert tells which thresholds it was judged by.
  std::string version() const;
};

}  // namespace millrace::fraud
