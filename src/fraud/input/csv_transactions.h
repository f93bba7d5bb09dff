#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "fraud/input/csv_reader.h"
#include "fraud/transaction.h"

namespace millrace::fraud {

/// Which column holds which field of a transaction.
struct FieldMapping {
  std::string user_id = "user_id";
  std::string amount = "amount";
  std::string location = "location";
  std::string timestamp = "timestamp";
  std::string id = {};  ///< empty: the rows have no id of their own

  /// "user_id=customer_id,amount=tx_amount,…": what is not named keeps its own name. Errors:
  /// `invalid_argument`, naming the word that is wrong and the nearest right one.
  static Result<FieldMapping> parse(std::string_view text);
};

/// The transactions of one CSV file (plain, gzip or zstd), in file order, one at a time.
class CsvTransactions {
 public:
  /// Errors: the file's; `invalid_argument` for a column that is not there, naming those that are.
  static Result<CsvTransactions> open(const std::string& path, const FieldMapping& mapping);

  /// Nothing at the end. Errors: the file's; `corrupt` for a value that is no amount or time,
  /// naming file and line.
  Result<std::optional<Transaction>> next();

 private:
  struct Columns {
    size_t user_id, amount, location, timestamp;
    std::optional<size_t> id;
  };
  CsvTransactions(CsvReader reader, Columns columns)
      : reader_(std::move(reader)), columns_(columns) {}

  CsvReader reader_;
  Columns columns_;
};

}  // namespace millrace::fraud
