#pragma once

#include <bit>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "wire/message.h"

namespace millrace::wire {

struct DecodeOptions {
  /// Elements of all arrays of one message together. A fetch or a commit needs one per partition;
  /// what this bounds is the memory a hostile frame can make us take.
  size_t elements_max = 250'000;
  /// Bytes behind the message are passed over instead of refused: Apache Kafka reads requests so,
  /// and librdkafka 2.0.2 leaves some behind a ListGroups.
  bool ignore_trailing = false;
};

/// The fewest bytes a T takes on the wire, so that a count can be refused before any allocation.
class MinSize {
 public:
  MinSize(Version version, bool flexible) : version_(version), flexible_(flexible) {}

  template <class T>
  void field(const char*, const T&, FieldOptions options = {}) {
    if (options.in(version_)) size_ += of<T>(options.nullable_in(version_));
  }
  template <class T>
  void tagged(int, const char*, const T&, FieldOptions = {}) {}

  template <class T>
  size_t of(bool nullable) const {
    if constexpr (Scalar<T>) {
      return sizeof(T);
    } else if constexpr (std::is_same_v<T, Uuid>) {
      return 16;
    } else if constexpr (is_optional<T>) {
      if constexpr (Nested<typename T::value_type>) {
        if (nullable) return 1;
      }
      return of<typename T::value_type>(nullable);
    } else if constexpr (LengthPrefixed<T>) {
      return flexible_ ? 1 : std::is_same_v<T, std::string> ? 2 : 4;
    } else {
      MinSize nested(version_, flexible_);
      const T model{};
      T::walk(nested, model);
      return nested.size_ + (flexible_ ? 1 : 0);
    }
  }

 private:
  Version version_;
  bool flexible_;
  size_t size_ = 0;
};

/// Reads a message. Sticky: after the first failure every read yields zeros and nothing is
/// allocated, so a walk needs no checks; `error()` then names the field and the reason.
/// Records point into `bytes`; everything else is copied.
class Decoder {
 public:
  Decoder(Bytes bytes, Version version, bool flexible, DecodeOptions options = {})
      : whole_(bytes),
        rest_(bytes),
        version_(version),
        flexible_(flexible),
        elements_left_(options.elements_max) {}

  bool ok() const { return reason_ == nullptr; }
  /// "field 'topic_id' at byte 33: ends early"; only after a failure.
  std::string error() const;
  /// Bytes read so far.
  size_t position() const { return whole_.size() - rest_.size(); }

  /// A struct and, if the version is flexible, its tagged fields.
  template <Nested M>
  void nested(M& m) {
    Tags outer = std::exchange(tags_, Tags{});
    M::walk(*this, m);
    if (flexible_) open_tags();
    tags_ = outer;
  }
  /// To be called after the last field: bytes that nobody asked for are an error.
  void end();

  template <class T>
  void field(const char* name, T& value, FieldOptions options = {}) {
    if (!options.in(version_)) return;
    name_ = name;
    read(value, options.nullable_in(version_));
  }

  template <class T>
  void tagged(int tag, const char* name, T& value, FieldOptions options = {}) {
    if (!flexible_) return;
    open_tags();
    if (!options.in(version_)) return;
    name_ = name;
    Bytes payload;
    if (!find_tag(tag, payload)) return;
    const Bytes after = std::exchange(rest_, payload);
    read(value, options.nullable_in(version_));
    end();
    if (ok()) rest_ = after;
  }

  // The primitives, for headers and record frames.
  template <std::integral T>
  T integer() {
    const std::byte* from = take(sizeof(T));
    if constexpr (std::is_same_v<T, bool>) {
      return from != nullptr && *from != std::byte{0};
    } else {
      return from != nullptr ? load_be<T>(from) : T{};
    }
  }
  uint32_t uvarint();
  /// A nullable string with a two-byte length, whatever the version.
  std::optional<std::string> classic_string();
  /// Skips the tagged fields of a struct that knows none.
  void skip_tags() { open_tags(), tags_ = Tags{}; }

 private:
  /// The tagged fields of the struct being read: found when the first is asked for, or at its end.
  struct Tags {
    Bytes section;
    uint32_t count = 0;
    bool open = false;
  };

  template <class T>
  void read(T& value, bool nullable) {
    if constexpr (is_optional<T>) {
      read_optional(value, nullable);
    } else if constexpr (LengthPrefixed<T>) {
      const int64_t size = length<T>();
      if (size < 0) return fail("null where a value must be");
      read_body(value, static_cast<size_t>(size));
    } else if constexpr (std::is_same_v<T, double>) {
      value = std::bit_cast<double>(integer<int64_t>());
    } else if constexpr (Scalar<T>) {
      value = static_cast<T>(integer<decltype(to_number(value))>());
    } else if constexpr (std::is_same_v<T, Uuid>) {
      read_uuid(value);
    } else {
      nested(value);
    }
  }

  template <class T>
  void read_optional(std::optional<T>& value, bool nullable) {
    value.reset();
    if constexpr (LengthPrefixed<T>) {
      const int64_t size = length<T>();
      if (size >= 0) return read_body(value.emplace(), static_cast<size_t>(size));
      if (!nullable) fail("null where a value must be");
    } else {
      if (nullable && integer<int8_t>() < 0) return;
      if (ok()) nested(value.emplace());
    }
  }

  /// −1 is null.
  template <class T>
  int64_t length() {
    if (flexible_) return int64_t{uvarint()} - 1;
    const int64_t size =
        std::is_same_v<T, std::string> ? int64_t{integer<int16_t>()} : int64_t{integer<int32_t>()};
    if (size < -1) fail("negative length");
    return size;
  }

  void read_body(std::string& value, size_t size);
  void read_body(Buffer& value, size_t size);
  void read_body(Records& value, size_t size);
  template <class T>
  void read_body(std::vector<T>& value, size_t count) {
    value.clear();
    if (!admit(count, MinSize(version_, flexible_).of<T>(false))) return;
    value.reserve(count);
    for (size_t i = 0; i < count && ok(); ++i) read(value.emplace_back(), false);
  }
  void read_uuid(Uuid& value);

  /// Whether an array of `count` elements can fit in what is left, and in the budget.
  bool admit(size_t count, size_t element_size_min);
  const std::byte* take(size_t size);
  void open_tags();
  bool find_tag(int tag, Bytes& payload);
  void fail(const char* reason);

  Bytes whole_;
  Bytes rest_;
  Version version_;
  bool flexible_;
  size_t elements_left_;
  Tags tags_;
  const char* name_ = "";
  const char* reason_ = nullptr;  ///< of the first failure, as are the two below
  const char* failed_field_ = "";
  size_t failed_at_ = 0;
};

/// Reads an M that fills `body` to its last byte (see ignore_trailing). Records in it point into
/// `body`. Errors: unsupported (the version is outside M's), corrupt (with the field's name).
template <class M>
Result<M> decode(Bytes body, Version version, DecodeOptions options = {}) {
  if (!M::message.versions.contains(version)) {
    return fail(Errc::unsupported,
                std::string(M::message.name) + " has no version " + std::to_string(version));
  }
  Decoder in(body, version, M::message.flexible(version), options);
  M m;
  in.nested(m);
  if (!options.ignore_trailing) in.end();
  if (!in.ok()) {
    return fail(Errc::corrupt,
                std::string(M::message.name) + " v" + std::to_string(version) + ", " + in.error());
  }
  return m;
}

}  // namespace millrace::wire
