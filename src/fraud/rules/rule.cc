#include "fraud/rules/rule.h"

#include "fraud/alerts/alert_id.h"

namespace millrace::fraud {

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
    case Severity::critical:
      return "critical";
  }
  return "unknown";
}

std::string Rule::version() const {
  return AlertId::of({id, text}).text().substr(0, 8);
}

}  // namespace millrace::fraud
