#pragma once

#include <deque>
#include <random>

#include "wire/message.h"

namespace millrace::wire {

/// Gives every field that a version has a value from a seed, so that a test can compare a message
/// with what comes back. Fields that the version lacks keep their defaults, as after decoding.
class Fill {
 public:
  Fill(uint64_t seed, Version version) : random_(seed), version_(version) {}

  template <class T>
  void field(const char*, T& value, FieldOptions options = {}) {
    if (options.in(version_)) fill(value, options.nullable_in(version_));
  }
  template <class T>
  void tagged(int, const char*, T& value, FieldOptions options = {}) {
    if (options.in(version_) && one_in(2)) fill(value, options.nullable_in(version_));
  }

  /// A message whose records point into this object.
  template <class M>
  M make() {
    M m;
    M::walk(*this, m);
    return m;
  }

 private:
  bool one_in(uint64_t n) { return random_() % n == 0; }
  /// Mostly small, sometimes long enough for a length of two bytes.
  size_t size() { return one_in(16) ? 100 + random_() % 200 : random_() % 4; }

  template <class T>
  void fill(T& value, bool nullable) {
    if constexpr (is_optional<T>) {
      value.reset();
      if (!nullable || !one_in(3)) fill(value.emplace(), false);
    } else if constexpr (std::is_same_v<T, bool>) {
      value = one_in(2);
    } else if constexpr (Scalar<T>) {
      value = static_cast<T>(static_cast<decltype(to_number(value))>(random_()));
    } else if constexpr (std::is_same_v<T, Uuid>) {
      std::array<uint8_t, 16> bytes;
      for (auto& byte : bytes) byte = static_cast<uint8_t>(random_());
      value = Uuid(bytes);
    } else if constexpr (std::is_same_v<T, std::string>) {
      value.resize(size());
      for (auto& c : value) c = static_cast<char>(random_());
    } else if constexpr (std::is_same_v<T, Buffer>) {
      value.resize(size());
      for (auto& byte : value) byte = static_cast<std::byte>(random_());
    } else if constexpr (std::is_same_v<T, Records>) {
      fill(kept_.emplace_back(), false);
      value.bytes = kept_.back();
    } else if constexpr (is_array<T>) {
      value.resize(random_() % 4);
      for (auto& element : value) fill(element, false);
    } else {
      T::walk(*this, value);
    }
  }

  std::mt19937_64 random_;
  Version version_;
  std::deque<Buffer> kept_;
};

}  // namespace millrace::wire
