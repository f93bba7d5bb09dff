#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "millrace/record.h"

/// Records as text: kcat's format strings, and our JSON, one object a line, which reads back to
/// the same record.
namespace millrace::apps {

/// "%t %p %o %k %K %s %S %T %h %R" with \n \t \r \\ \xNN and %%; %v and %V are %s and %S.
class RecordFormat {
 public:
  /// Errors: invalid_argument, naming what is unknown.
  static Result<RecordFormat> parse(std::string_view format);

  void append(const RawRecord& record, std::string& out) const;

 private:
  using Part = std::variant<std::string, char>;  ///< literal text, or a token's letter
  std::vector<Part> parts_;
};

/// {"topic","partition","offset","timestamp","key","value","headers":[["name","value"],…]} and a
/// line feed. Bytes that are no UTF-8 stand under "key_base64", "value_base64".
void append_json(const RawRecord& record, std::string& out);

/// What `produce -f json` takes from a line; fields that only the broker decides are ignored.
struct JsonRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  Headers headers;
};

/// Errors: invalid_argument with the reason.
Result<JsonRecord> parse_json_record(std::string_view line);

}  // namespace millrace::apps
