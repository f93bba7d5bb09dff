#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fraud/input/byte_stream.h"

namespace millrace::fraud {

/// Reads CSV as RFC 4180 has it: commas, optional double quotes (doubled inside), LF or CRLF, one
/// header line. Empty lines are skipped.
class CsvReader {
 public:
  struct Limits {
    size_t row_bytes = 1 << 20;
    size_t columns = 1024;
  };

  /// Reads the header. Errors: the stream's; `corrupt` when there is none.
  static Result<CsvReader> open(std::unique_ptr<ByteStream> stream, std::string name,
                                Limits limits);
  static Result<CsvReader> open(std::unique_ptr<ByteStream> stream, std::string name) {
    return open(std::move(stream), std::move(name), Limits{});
  }

  const std::vector<std::string>& header() const { return header_; }
  /// "<name>:<line>", of the row returned last.
  std::string place() const;

  /// The fields of the next row, as many as the header has; nothing at the end. Valid until the
  /// next call. Errors: the stream's; `corrupt` (columns, quotes), `limit_exceeded`; each names the
  /// line.
  Result<std::optional<std::span<const std::string>>> next();

 private:
  CsvReader(std::unique_ptr<ByteStream> stream, std::string name, Limits limits)
      : stream_(std::move(stream)), name_(std::move(name)), limits_(limits) {}

  Result<bool> fill();
  Result<bool> read_row();
  Result<void> take(char c);
  void end_field();

  std::unique_ptr<ByteStream> stream_;
  std::string name_;
  Limits limits_;
  std::vector<std::string> header_;

  Buffer chunk_ = Buffer(64 << 10);
  size_t chunk_at_ = 0;
  size_t chunk_end_ = 0;
  int64_t line_ = 0;      ///< lines ended so far
  int64_t row_line_ = 0;  ///< where the row began

  enum class Quotes : uint8_t { none, open, maybe_closed };
  Quotes quotes_ = Quotes::none;
  std::vector<std::string> fields_;  ///< `used_` of them belong to the row; kept for their memory
  size_t used_ = 0;
  size_t row_bytes_ = 0;
};

}  // namespace millrace::fraud
