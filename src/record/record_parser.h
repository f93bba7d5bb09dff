#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "record/decompressor.h"
#include "record/varint.h"

/// How the bytes of one record are read; used by `check_batch` and `RecordReader`, not by other
/// folders. The parser is a template over where the bytes come from, because a broker runs it over
/// every record: `FlatSource` keeps its position in a register, `StreamSource` opens a compressed
/// batch in 64 KiB of memory however large it is.
///
///   record := length varint | attributes i8 | timestamp delta varint64 | offset delta varint
///             key length varint (−1 null) | key | value length varint (−1 null) | value
///             header count varint | header*
///   header := key length varint | key | value length varint (−1 null) | value
namespace millrace::record {

/// What is wrong with a record, for an error's context; null when nothing is.
using Problem = const char*;

/// A record's fields. The pointers are only meaningful when it was parsed from a `FlatSource`.
struct RecordParts {
  int64_t timestamp_delta = 0;
  int32_t offset_delta = 0;
  int32_t key_size = -1;
  int32_t value_size = -1;
  int32_t header_count = 0;
  const std::byte* key = nullptr;
  const std::byte* value = nullptr;
  const std::byte* headers = nullptr;
  std::size_t headers_size = 0;
};

inline constexpr std::size_t varint_size_max = 10;

/// Bytes that all lie in memory.
class FlatSource {
 public:
  explicit FlatSource(Bytes bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  const std::byte* at() const { return at_; }
  bool at_end() { return at_ == end_; }
  /// Bounds the record that starts here; false when fewer than `size` bytes are there.
  bool begin_record(int64_t size) {
    if (size > end_ - at_) return false;
    record_end_ = at_ + size;
    return true;
  }
  int64_t left_in_record() const { return record_end_ - at_; }
  /// False unless 0 <= size <= left_in_record().
  bool skip(int64_t size) {
    if (size < 0 || size > left_in_record()) return false;
    at_ += size;
    return true;
  }
  bool read_byte(uint64_t& byte) {
    if (at_ == end_) return false;
    byte = static_cast<uint64_t>(*at_++);
    return true;
  }
  std::optional<Error> error() const { return std::nullopt; }

 private:
  const std::byte* at_;
  const std::byte* end_;
  const std::byte* record_end_ = nullptr;
};

/// Bytes that a decompressor delivers in pieces. It has been opened.
class StreamSource {
 public:
  explicit StreamSource(Decompressor& pieces) : pieces_(pieces) {}

  const std::byte* at() const { return nullptr; }
  bool at_end() { return piece_.empty() && !refill(); }
  /// The whole record need not have arrived: its end shows as the bytes do.
  bool begin_record(int64_t size) {
    record_left_ = size;
    return true;
  }
  int64_t left_in_record() const { return record_left_; }
  bool skip(int64_t size) {
    if (size < 0 || size > record_left_) return false;
    record_left_ -= size;
    auto left = static_cast<uint64_t>(size);
    while (left > 0) {
      if (at_end()) return false;
      auto step = static_cast<std::size_t>(std::min<uint64_t>(left, piece_.size()));
      piece_ = piece_.subspan(step);
      left -= step;
    }
    return true;
  }
  bool read_byte(uint64_t& byte) {
    if (at_end()) return false;
    byte = static_cast<uint64_t>(piece_.front());
    piece_ = piece_.subspan(1);
    --record_left_;
    return true;
  }
  /// Why the pieces ended before their time, if they did.
  const std::optional<Error>& error() const { return error_; }

 private:
  bool refill() {
    if (error_) return false;
    auto piece = pieces_.next();
    if (!piece) {
      error_ = std::move(piece).error();
      return false;
    }
    piece_ = *piece;
    return !piece_.empty();
  }

  Decompressor& pieces_;
  Bytes piece_;
  int64_t record_left_ = 0;
  std::optional<Error> error_;
};

/// False when the bytes end within it or when it does not fit into 64 bits.
template <class Source>
inline bool read_varint64(Source& source, int64_t& value) {
  uint64_t byte = 0;
  if (!source.read_byte(byte)) return false;
  uint64_t raw = byte;
  if (byte >= 0x80) [[unlikely]] {
    raw &= 0x7f;
    int shift = 7;
    do {
      if (shift > 63 || !source.read_byte(byte)) return false;
      if (shift == 63 && byte > 1) return false;
      raw |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
  }
  value = unzigzag(raw);
  return true;
}

template <class Source>
inline bool read_varint32(Source& source, int32_t& value) {
  int64_t wide = 0;
  if (!read_varint64(source, wide)) return false;
  value = static_cast<int32_t>(wide);
  return value == wide;
}

/// −1 leaves `size` at −1 and moves nothing.
template <class Source>
inline bool read_nullable(Source& source, int32_t& size, const std::byte*& data) {
  if (!read_varint32(source, size)) return false;
  data = source.at();
  return size == -1 || source.skip(size);
}

template <class Source>
inline Problem skip_headers(Source& source, int32_t count) {
  constexpr int least_header_size = 2;
  if (count < 0 || count > source.left_in_record() / least_header_size) {
    return "its header count does not fit its length";
  }
  const std::byte* ignored = nullptr;
  for (int32_t i = 0; i < count; ++i) {
    int32_t size = 0;
    if (!read_nullable(source, size, ignored) || size < 0) return "a header's key is broken";
    if (!read_nullable(source, size, ignored)) return "a header's value is broken";
  }
  return nullptr;
}

/// Reads the record at the source's position and moves behind it. Null, or what is wrong with it;
/// a source's own `error()` then goes first.
template <class Source>
inline Problem parse_record(Source& source, RecordParts& parts) {
  int32_t length = 0;
  uint64_t attributes = 0;  // none defined so far
  if (!read_varint32(source, length)) return "its length is broken";
  if (length < 0 || !source.begin_record(length)) return "its length runs past the batch";
  if (!source.read_byte(attributes)) return "it is cut off";
  if (!read_varint64(source, parts.timestamp_delta)) return "its timestamp delta is broken";
  if (!read_varint32(source, parts.offset_delta)) return "its offset delta is broken";
  if (!read_nullable(source, parts.key_size, parts.key)) return "its key is broken";
  if (!read_nullable(source, parts.value_size, parts.value)) return "its value is broken";
  if (!read_varint32(source, parts.header_count)) return "its header count is broken";
  parts.headers = source.at();
  if (auto problem = skip_headers(source, parts.header_count)) return problem;
  parts.headers_size = static_cast<std::size_t>(source.at() - parts.headers);
  if (source.left_in_record() != 0) return "its fields do not add up to its length";
  return nullptr;
}

}  // namespace millrace::record
