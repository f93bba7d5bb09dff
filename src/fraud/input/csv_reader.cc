#include "fraud/input/csv_reader.h"

#include <fmt/format.h>

namespace millrace::fraud {

Result<CsvReader> CsvReader::open(std::unique_ptr<ByteStream> stream, std::string name,
                                  Limits limits) {
  CsvReader reader(std::move(stream), std::move(name), limits);
  MR_TRY(const bool there, reader.read_row());
  if (!there) return fail(Errc::corrupt, reader.name_ + ": empty, without even a header line");
  reader.header_.assign(reader.fields_.begin(),
                        reader.fields_.begin() + static_cast<std::ptrdiff_t>(reader.used_));
  return reader;
}

std::string CsvReader::place() const {
  return fmt::format("{}:{}", name_, row_line_);
}

Result<std::optional<std::span<const std::string>>> CsvReader::next() {
  MR_TRY(const bool there, read_row());
  if (!there) return std::nullopt;
  if (used_ != header_.size()) {
    return fail(Errc::corrupt, fmt::format("{}: {} columns where the header has {}", place(), used_,
                                           header_.size()));
  }
  return std::span<const std::string>(fields_).first(used_);
}

Result<bool> CsvReader::fill() {
  MR_TRY(chunk_end_, stream_->read(chunk_));
  chunk_at_ = 0;
  return chunk_end_ > 0;
}

Result<bool> CsvReader::read_row() {
  used_ = 0;
  row_bytes_ = 0;
  row_line_ = line_ + 1;
  end_field();
  for (;;) {
    if (chunk_at_ == chunk_end_) {
      MR_TRY(const bool more, fill());
      if (!more && quotes_ == Quotes::open) {
        return fail(Errc::corrupt, place() + ": the file ends inside quotes");
      }
      if (!more) return row_bytes_ > 0;
    }
    const char c = static_cast<char>(chunk_[chunk_at_++]);
    if (c == '\n') ++line_;
    if (c != '\n' || quotes_ == Quotes::open) {
      MR_TRY(take(c));
      continue;
    }
    quotes_ = Quotes::none;
    std::string& last = fields_[used_ - 1];
    if (last.ends_with('\r')) last.pop_back();
    if (used_ > 1 || !last.empty()) return true;
    row_line_ = line_ + 1;  // an empty line
    row_bytes_ = 0;
  }
}

Result<void> CsvReader::take(char c) {
  if (++row_bytes_ > limits_.row_bytes) {
    return fail(Errc::limit_exceeded,
                fmt::format("{}: the row is longer than {} bytes", place(), limits_.row_bytes));
  }
  std::string& field = fields_[used_ - 1];
  if (quotes_ == Quotes::open) {
    if (c == '"') quotes_ = Quotes::maybe_closed;
    if (c != '"') field += c;
  } else if (c == '"' && quotes_ == Quotes::maybe_closed) {
    field += c;
    quotes_ = Quotes::open;
  } else if (c == '"' && field.empty()) {
    quotes_ = Quotes::open;
  } else if (c == ',') {
    if (used_ == limits_.columns) {
      return fail(Errc::limit_exceeded,
                  fmt::format("{}: more than {} columns", place(), limits_.columns));
    }
    end_field();
  } else {
    field += c;
  }
  return {};
}

/// Begins the next field, in the memory of an earlier row's.
void CsvReader::end_field() {
  quotes_ = Quotes::none;
  if (used_ == fields_.size()) fields_.emplace_back();
  fields_[used_++].clear();
}

}  // namespace millrace::fraud
