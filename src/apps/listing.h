#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "apps/console.h"

namespace millrace::apps {

/// Rows with named columns, printed as an aligned table for people or as one JSON object a line
/// for programs, from the same data.
class Listing {
 public:
  /// Empty = not known: "-" in a table, null in JSON.
  using Cell = std::variant<std::monostate, std::string, int64_t, double, bool>;

  struct Column {
    std::string_view key;    ///< in JSON: "end_offset"
    std::string_view title;  ///< in the table: "END"
  };

  explicit Listing(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One cell for each column.
  void add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }

  std::string table() const;
  std::string json_lines() const;
  /// `format` is "table" or "json"; anything else is invalid_argument.
  Result<Exit> print(Console& console, std::string_view format) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

}  // namespace millrace::apps
