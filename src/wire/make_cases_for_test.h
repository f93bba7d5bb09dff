#pragma once

#include "wire/all_messages.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/fill_for_test.h"
#include "wire/message_cases_for_test.h"

namespace millrace::wire {

/// A message's values in wire order, in the notation of golden.txt (see
/// tests/wire/WireGolden.java).
class Values {
 public:
  explicit Values(Version version) : version_(version) {}

  std::string take() { return std::move(text_); }

  template <class T>
  void field(const char*, const T& value, FieldOptions options = {}) {
    if (options.in(version_)) add(value, options.nullable_in(version_));
  }
  template <class T>
  void tagged(int, const char* name, const T& value, FieldOptions options = {}) {
    field(name, value, options);
  }

 private:
  template <class T>
  void add(const T& value, bool nullable) {
    if constexpr (is_optional<T>) {
      if (!value) {
        text_ += " -";
      } else {
        if (nullable && Nested<typename T::value_type>) text_ += " {";
        add(*value, false);
      }
    } else if constexpr (Scalar<T>) {
      text_ += ' ' + std::to_string(to_number(value));
    } else if constexpr (std::is_same_v<T, Uuid>) {
      add_hex(" u:", std::as_bytes(std::span(value.bytes())));
    } else if constexpr (std::is_same_v<T, std::string>) {
      text_ += " s:" + value;
    } else if constexpr (std::is_same_v<T, Buffer>) {
      add_hex(" b:", value);
    } else if constexpr (std::is_same_v<T, Records>) {
      add_hex(" b:", value.bytes);
    } else if constexpr (is_array<T>) {
      text_ += " [" + std::to_string(value.size());
      for (const auto& element : value) add(element, false);
    } else {
      T::walk(*this, value);
    }
  }
  void add_hex(const char* prefix, Bytes bytes) {
    text_ += prefix;
    for (const std::byte b : bytes) {
      for (const int digit : {static_cast<int>(b >> 4), static_cast<int>(b & std::byte{15})}) {
        text_ += "0123456789abcdef"[digit];
      }
    }
  }

  Version version_;
  std::string text_;
};

template <class M>
Result<Buffer> encoded_case(const M& m, Version version) {
  Encoded out;
  MR_TRY(encode(m, version, out));
  return std::move(out.bytes);
}

template <class M>
Result<Buffer> random_case(uint64_t seed, Version version) {
  Fill fill(seed, version);
  return encoded_case(fill.make<M>(), version);
}

template <class M>
bool case_comes_back(uint64_t seed, Version version) {
  Fill fill(seed, version);
  const M sent = fill.make<M>();
  const auto bytes = encoded_case(sent, version);
  if (!bytes) return false;
  const auto got = decode<M>(*bytes, version);
  return got && *got == sent;
}

template <class M>
Result<MessageCase::Reading> read_case(Bytes bytes, Version version) {
  MR_TRY(const M m, decode<M>(bytes, version));
  Values values(version);
  M::walk(values, m);
  MR_TRY(Buffer again, encoded_case(m, version));
  return MessageCase::Reading{values.take(), std::move(again)};
}

template <class... M>
std::vector<MessageCase> make_cases(Messages<M...>) {
  return {{M::message, random_case<M>, case_comes_back<M>, read_case<M>}...};
}

}  // namespace millrace::wire
