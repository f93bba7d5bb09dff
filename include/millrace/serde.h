#pragma once

#include <bit>
#include <concepts>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "millrace/json.h"

namespace millrace {

/// How a key or value becomes bytes and comes back. `Serde<T>` exists for
///   std::string    its bytes, as Kafka's StringSerializer (UTF-8 is not checked)
///   Buffer         its bytes
///   integers       big-endian of their width, as Kafka's Short-, Integer- and LongSerializer
///   double, float  big-endian IEEE 754, as Kafka's Double- and FloatSerializer
///   MILLRACE_FIELDS types   JSON
/// For another format give Producer or Consumer a type of the same shape:
///
///     struct MySerde {
///       void encode(const T& value, Buffer& out) const;   // appends; or Result<void>
///       Result<T> decode(Bytes bytes);
///     };
///
/// `encode` may run on several threads at a time; `decode` runs on the consumer's thread only.
template <class T>
struct Serde;

template <class S, class T>
concept SerdeFor = requires(const S& encoder, S& decoder, const T& value, Buffer& out, Bytes in) {
  encoder.encode(value, out);
  { decoder.decode(in) } -> std::same_as<Result<T>>;
};

template <>
struct Serde<std::string> {
  void encode(const std::string& text, Buffer& out) const { json::append(out, text); }
  Result<std::string> decode(Bytes bytes) { return std::string(as_text(bytes)); }
};

template <>
struct Serde<Buffer> {
  void encode(const Buffer& value, Buffer& out) const {
    out.insert(out.end(), value.begin(), value.end());
  }
  Result<Buffer> decode(Bytes bytes) { return to_buffer(bytes); }
};

/// The error of a fixed-width value whose bytes have another length.
tl::unexpected<Error> wrong_width(std::size_t expected, std::size_t got);

template <std::integral T>
requires(!std::same_as<T, bool>) struct Serde<T> {
  void encode(T value, Buffer& out) const {
    out.resize(out.size() + sizeof(T));
    store_be(out.data() + out.size() - sizeof(T), value);
  }
  Result<T> decode(Bytes bytes) {
    if (bytes.size() != sizeof(T)) return wrong_width(sizeof(T), bytes.size());
    return load_be<T>(bytes.data());
  }
};

template <class T>
requires(std::same_as<T, double> || std::same_as<T, float>) struct Serde<T> {
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

  void encode(T value, Buffer& out) const { Serde<Bits>{}.encode(std::bit_cast<Bits>(value), out); }
  Result<T> decode(Bytes bytes) {
    MR_TRY(auto bits, Serde<Bits>{}.decode(bytes));
    return std::bit_cast<T>(bits);
  }
};

/// JSON of a type listed with MILLRACE_FIELDS. A missing member is an error that names it, unless
/// it is a std::optional; unknown members are ignored.
template <HasFields T>
struct Serde<T> {
  Result<void> encode(const T& value, Buffer& out) const { return json::encode(value, out); }
  Result<T> decode(Bytes bytes) { return reader_.template decode<T>(bytes); }

 private:
  json::Reader reader_;
};

/// Appends `value`, whatever `encode` answers.
template <class S, class T>
Result<void> encode_with(const S& serde, const T& value, Buffer& out) {
  if constexpr (std::is_void_v<decltype(serde.encode(value, out))>) {
    serde.encode(value, out);
    return {};
  } else {
    return serde.encode(value, out);
  }
}

}  // namespace millrace
