#include "fraud/input/csv_transactions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "fraud/timestamps.h"

namespace millrace::fraud {

Result<FieldMapping> FieldMapping::parse(std::string_view text) {
  FieldMapping mapping;
  static constexpr std::array<std::string_view, 5> names = {"user_id", "amount", "location",
                                                            "timestamp", "id"};
  const std::array<std::string*, 5> columns = {&mapping.user_id, &mapping.amount, &mapping.location,
                                               &mapping.timestamp, &mapping.id};
  for (const std::string_view pair : split(text, ',')) {
    const size_t equals = pair.find('=');
    const std::string_view name = trim(pair.substr(0, equals));
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      return fail(Errc::invalid_argument,
                  fmt::format("a transaction has no field \"{}\"{}; it has {}", name,
                              did_you_mean(name, names), fmt::join(names, ", ")));
    }
    const std::string_view column =
        equals == std::string_view::npos ? "" : trim(pair.substr(equals + 1));
    if (column.empty()) {
      return fail(Errc::invalid_argument,
                  fmt::format("field {} needs a column: {}=COLUMN", name, name));
    }
    *columns[static_cast<size_t>(found - names.begin())] = std::string(column);
  }
  return mapping;
}

namespace {

Result<size_t> find_column(const CsvReader& reader, std::string_view field,
                           std::string_view column) {
  const auto& header = reader.header();
  const auto found = std::find(header.begin(), header.end(), column);
  if (found != header.end()) return static_cast<size_t>(found - header.begin());
  return fail(
      Errc::invalid_argument,
      fmt::format("{}: no column \"{}\" for {}; say which with --map {}=COLUMN. There are: {}",
                  reader.place(), column, field, field, fmt::join(header, ", ")));
}

}  // namespace

Result<CsvTransactions> CsvTransactions::open(const std::string& path,
                                              const FieldMapping& mapping) {
  MR_TRY(auto stream, open_byte_stream(path));
  MR_TRY(auto reader, CsvReader::open(std::move(stream), path));
  Columns columns{};
  MR_TRY(columns.user_id, find_column(reader, "user_id", mapping.user_id));
  MR_TRY(columns.amount, find_column(reader, "amount", mapping.amount));
  MR_TRY(columns.location, find_column(reader, "location", mapping.location));
  MR_TRY(columns.timestamp, find_column(reader, "timestamp", mapping.timestamp));
  if (!mapping.id.empty()) {
    MR_TRY(columns.id, find_column(reader, "id", mapping.id));
  }
  return CsvTransactions(std::move(reader), columns);
}

Result<std::optional<Transaction>> CsvTransactions::next() {
  MR_TRY(const auto row, reader_.next());
  if (!row) return std::nullopt;
  const auto& fields = *row;
  const auto amount = Money::parse(fields[columns_.amount]);
  if (!amount) return fail(Errc::corrupt, reader_.place() + ": " + amount.error().context);
  const auto time = parse_timestamp(fields[columns_.timestamp]);
  if (!time) return fail(Errc::corrupt, reader_.place() + ": " + time.error().context);
  return Transaction{.id = columns_.id ? fields[*columns_.id] : "",
                     .user_id = fields[columns_.user_id],
                     .amount = *amount,
                     .location = fields[columns_.location],
                     .time = *time};
}

}  // namespace millrace::fraud
