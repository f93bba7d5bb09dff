#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"

/// How a protocol message is described: one struct for all its versions, with
///
///   static constexpr Message message{…};                name, key, versions
///   static void walk(auto& io, auto& m);                every field once, in wire order
///
/// `io` is a walker (Decode, Encode, Print, Describe, …) and a field's C++ type says its wire type:
///
///   bool, int8_t … int64_t, uint16_t, double, enums, Strong<> ids, Uuid     fixed size
///   std::string, Buffer (bytes), Records, std::vector<T>                    length-prefixed
///   a struct with a walk                                                    nested
///   std::optional<> of a length-prefixed type or of a struct                may be null
///
/// Nested structs have a walk and no Message. Tagged fields come last and by rising tag.
namespace millrace::wire {

using Version = int16_t;

struct VersionRange {
  Version min = 0;
  Version max = 0;
  constexpr bool contains(int version) const { return version >= min && version <= max; }
  constexpr bool operator==(const VersionRange&) const = default;
};

struct Message {
  static constexpr Version never = 0x7fff;

  std::string_view name;          ///< Kafka's, e.g. "FetchRequest"
  int16_t key = -1;               ///< API key, or record type of a `__cluster_metadata` record
  VersionRange versions;          ///< what walk() describes; what is served the handlers decide
  Version flexible_from = never;  ///< first version with compact lengths and tagged fields

  constexpr bool flexible(Version version) const { return version >= flexible_from; }
};

/// In which versions of its message a field exists.
struct FieldOptions {
  Version since = 0;
  Version until = Message::never;  ///< inclusive
  /// Before this version null cannot be said: decoding it is an error, and an absent value is
  /// encoded as an empty one.
  Version nullable_since = 0;
  /// Tagged integers only: the value that is left out on the wire. Must be the member's default.
  int64_t absent = 0;

  constexpr bool in(Version version) const { return version >= since && version <= until; }
  constexpr bool nullable_in(Version version) const { return version >= nullable_since; }
};

/// The record batches of one partition inside a message: never copied when decoded, and not
/// touched at all when a response takes them from a file.
struct Records {
  Bytes bytes;           ///< decoded: a part of the frame, which must outlive this
  size_t elsewhere = 0;  ///< encoding, if `bytes` is empty: so many bytes are sent by somebody else
                         ///< (sendfile); the encoder writes the length and leaves a Gap

  size_t size() const { return bytes.empty() ? elsewhere : bytes.size(); }
  /// The same bytes for the owner of the frame, who may change them (a log assigns offsets in
  /// place). `frame` must be the one that was decoded.
  MutableBytes writable(MutableBytes frame) const {
    if (bytes.empty()) return {};
    return frame.subspan(static_cast<size_t>(bytes.data() - frame.data()), bytes.size());
  }
  bool operator==(const Records& other) const {
    return elsewhere == other.elsewhere && as_text(bytes) == as_text(other.bytes);
  }
};

// What the walkers ask about a field's type.

template <class T>
inline constexpr bool is_strong = false;
template <class Tag, class Rep>
inline constexpr bool is_strong<Strong<Tag, Rep>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_array = false;
template <class T>
inline constexpr bool is_array<std::vector<T>> = !std::is_same_v<T, std::byte>;

/// Read and written as a plain number of sizeof(T) bytes.
template <class T>
concept Scalar = std::is_arithmetic_v<T> || std::is_enum_v<T> || is_strong<T>;

template <class T>
concept LengthPrefixed = std::is_same_v<T, std::string> || std::is_same_v<T, Buffer> ||
    std::is_same_v<T, Records> || is_array<T>;

/// A struct with a walk.
template <class T>
concept Nested = std::is_class_v<T> && !LengthPrefixed<T> && !is_optional<T> && !is_strong<T> &&
                 !std::is_same_v<T, Uuid>;

/// The integer that stands for a Scalar on the wire.
template <Scalar T>
constexpr auto to_number(T value) {
  if constexpr (is_strong<T>) {
    return value.value();
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<std::underlying_type_t<T>>(value);
  } else {
    return value;
  }
}

}  // namespace millrace::wire
