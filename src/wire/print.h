#pragma once

#include <string>

#include "wire/message.h"

namespace millrace::wire {

/// Writes the fields a version has as text for logs and people:
/// {group_id: "g", generation_id: 3, group_instance_id: null, assignment: <12 bytes>}
/// Bytes and records are never shown, only their size.
class Printer {
 public:
  explicit Printer(Version version) : version_(version) {}

  std::string take() { return std::move(text_); }

  template <Nested M>
  void nested(const M& m) {
    text_ += '{';
    first_ = true;
    M::walk(*this, m);
    text_ += '}';
    first_ = false;
  }
  template <class T>
  void field(const char* name, const T& value, FieldOptions options = {}) {
    if (!options.in(version_)) return;
    if (!first_) text_ += ", ";
    first_ = false;
    text_ += name;
    text_ += ": ";
    print(value);
  }
  template <class T>
  void tagged(int, const char* name, const T& value, FieldOptions options = {}) {
    field(name, value, options);
  }

 private:
  template <class T>
  void print(const T& value) {
    if constexpr (is_optional<T>) {
      value ? print(*value) : void(text_ += "null");
    } else if constexpr (std::is_same_v<T, bool>) {
      text_ += value ? "true" : "false";
    } else if constexpr (Scalar<T>) {
      text_ += std::to_string(to_number(value));
    } else if constexpr (std::is_same_v<T, Uuid>) {
      text_ += value.text();
    } else if constexpr (std::is_same_v<T, std::string>) {
      quoted(value);
    } else if constexpr (is_array<T>) {
      text_ += '[';
      for (size_t i = 0; i < value.size(); ++i) {
        if (i > 0) text_ += ", ";
        print(value[i]);
      }
      text_ += ']';
    } else if constexpr (LengthPrefixed<T>) {
      text_ += "<" + std::to_string(value.size()) + " bytes>";
    } else {
      nested(value);
    }
  }
  /// Control characters and quotes as \xNN, so that a line stays a line.
  void quoted(std::string_view value);

  Version version_;
  bool first_ = true;
  std::string text_;
};

template <class M>
std::string print(const M& m, Version version) {
  Printer printer(version);
  printer.nested(m);
  return printer.take();
}

}  // namespace millrace::wire
