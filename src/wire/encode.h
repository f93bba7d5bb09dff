#pragma once

#include <bit>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "wire/message.h"

namespace millrace::wire {

/// Where record bytes that are not in the buffer belong.
struct Gap {
  size_t position = 0;  ///< in Encoded::bytes: they follow so many of its bytes
  size_t size = 0;
  bool operator==(const Gap&) const = default;
};

/// A message ready to be sent: the buffer with the gaps filled in between, in order. Gaps appear
/// in walk order, one for each Records with `elsewhere` > 0.
///
///   bytes  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
///                 ↑ gaps[0]    ↑ gaps[1]
///   wire   ▒▒▒▒▒▒▒[file slice]▒▒▒▒▒▒▒▒▒▒▒▒[file slice]▒▒▒▒▒▒▒
struct Encoded {
  Buffer bytes;
  std::vector<Gap> gaps;

  /// On the wire, gaps included.
  size_t size() const {
    size_t total = bytes.size();
    for (const Gap& gap : gaps) total += gap.size;
    return total;
  }
};

/// Writes a message at the end of `out`. Fields that the version lacks are skipped, whatever their
/// value. Sticky like the decoder: a string too long for its length field is the only failure.
class Encoder {
 public:
  Encoder(Encoded& out, Version version, bool flexible)
      : out_(out), version_(version), flexible_(flexible) {}

  bool ok() const { return too_long_ == nullptr; }
  /// The field whose string or bytes do not fit the version's length; only after a failure.
  std::string_view too_long() const { return ok() ? "" : too_long_; }

  template <Nested M>
  void nested(const M& m) {
    Tags outer = std::exchange(tags_, Tags{});
    M::walk(*this, m);
    if (flexible_) open_tags();
    tags_ = outer;
  }

  template <class T>
  void field(const char* name, const T& value, FieldOptions options = {}) {
    if (!options.in(version_)) return;
    name_ = name;
    write(value, options.nullable_in(version_));
  }

  template <class T>
  void tagged(int tag, const char* name, const T& value, FieldOptions options = {}) {
    if (!flexible_ || !options.in(version_) || is_absent(value, options)) return;
    name_ = name;
    open_tags();
    count_tag();
    uvarint(static_cast<uint32_t>(tag));
    const size_t start = out_.bytes.size();
    write(value, options.nullable_in(version_));
    insert_size(start);
  }

  // The primitives, for headers and record frames.
  template <std::integral T>
  void integer(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      *grow(1) = std::byte{value};
    } else {
      store_be(grow(sizeof(T)), value);
    }
  }
  void uvarint(uint32_t value);
  void raw(Bytes bytes);
  /// A nullable string with a two-byte length, whatever the version.
  void classic_string(const std::optional<std::string>& value);

 private:
  struct Tags {
    size_t count_at = 0;
    bool open = false;
  };

  template <class T>
  static bool is_absent(const T& value, FieldOptions options) {
    if constexpr (is_optional<T>) {
      return !value.has_value();
    } else if constexpr (Scalar<T>) {
      return static_cast<int64_t>(to_number(value)) == options.absent;
    } else {
      return value == T{};
    }
  }

  template <class T>
  void write(const T& value, bool nullable) {
    if constexpr (is_optional<T>) {
      write_optional(value, nullable);
    } else if constexpr (std::is_same_v<T, double>) {
      integer(std::bit_cast<int64_t>(value));
    } else if constexpr (Scalar<T>) {
      integer(to_number(value));
    } else if constexpr (std::is_same_v<T, Uuid>) {
      raw(std::as_bytes(std::span(value.bytes())));
    } else if constexpr (is_array<T>) {
      length<T>(static_cast<int64_t>(value.size()));
      for (const auto& element : value) write(element, false);
    } else if constexpr (LengthPrefixed<T>) {
      length<T>(static_cast<int64_t>(value.size()));
      write_body(value);
    } else {
      nested(value);
    }
  }

  template <class T>
  void write_optional(const std::optional<T>& value, bool nullable) {
    if constexpr (LengthPrefixed<T>) {
      if (value) return write(*value, false);
      length<T>(nullable ? -1 : 0);
    } else {
      if (nullable) integer<int8_t>(value ? 1 : -1);
      if (value) return nested(*value);
      if (!nullable) nested(T{});
    }
  }

  /// −1 is null.
  template <class T>
  void length(int64_t size) {
    constexpr bool is_string = std::is_same_v<T, std::string>;
    if (size > (is_string ? int64_t{0x7fff} : int64_t{0x7fff'fffe})) return fail();
    if (flexible_) {
      uvarint(static_cast<uint32_t>(size + 1));
    } else if (is_string) {
      integer(static_cast<int16_t>(size));
    } else {
      integer(static_cast<int32_t>(size));
    }
  }

  void write_body(const std::string& value) { raw(as_bytes(value)); }
  void write_body(const Buffer& value) { raw(value); }
  void write_body(const Records& value);

  std::byte* grow(size_t size);
  void open_tags();
  void count_tag();
  /// Puts the length of what was written since `start` before it.
  void insert_size(size_t start);
  void fail();

  Encoded& out_;
  Version version_;
  bool flexible_;
  Tags tags_;
  const char* name_ = "";
  const char* too_long_ = nullptr;
};

/// Appends `m` to `out`; `version` must be one of M's. Errors: invalid_argument, when a string
/// is too long for the protocol (32767 bytes); `out` is then to be thrown away.
template <class M>
Result<void> encode(const M& m, Version version, Encoded& out) {
  Encoder encoder(out, version, M::message.flexible(version));
  encoder.nested(m);
  if (encoder.ok()) return {};
  return fail(Errc::invalid_argument, std::string(M::message.name) + ": " +
                                          std::string(encoder.too_long()) +
                                          " is too long for the protocol");
}

}  // namespace millrace::wire
