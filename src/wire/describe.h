#pragma once

#include <string>
#include <vector>

#include "wire/message.h"

namespace millrace::wire {

/// One field of one version of a message, as on the wire.
struct FieldSchema {
  int depth = 0;  ///< 0 = a field of the message itself
  std::string name;
  std::string type;  ///< "int32", "string", "[]uuid", "struct", "[]struct" …
  bool nullable = false;
  int tag = -1;               ///< −1 = not tagged
  std::string default_value;  ///< of numbers, as digits; otherwise empty
};

/// Lists the fields a version has, nested ones after their owner.
class Describer {
 public:
  explicit Describer(Version version) : version_(version) {}

  std::vector<FieldSchema> take() { return std::move(fields_); }

  template <class T>
  void field(const char* name, const T& value, FieldOptions options = {}) {
    add(-1, name, value, options);
  }
  template <class T>
  void tagged(int tag, const char* name, const T& value, FieldOptions options = {}) {
    add(tag, name, value, options);
  }

 private:
  template <class T>
  void add(int tag, const char* name, const T& value, FieldOptions options) {
    if (!options.in(version_)) return;
    const bool nullable = is_optional<T> && options.nullable_in(version_);
    fields_.push_back({depth_, name, type_of<T>(), nullable, tag, default_of(value)});
    ++depth_;
    nested_fields<T>();
    --depth_;
  }

  template <class T>
  void nested_fields() {
    if constexpr (is_optional<T> || is_array<T>) {
      nested_fields<typename T::value_type>();
    } else if constexpr (Nested<T>) {
      const T model{};
      T::walk(*this, model);
    }
  }

  template <class T>
  static std::string type_of() {
    if constexpr (is_optional<T>) {
      return type_of<typename T::value_type>();
    } else if constexpr (is_array<T>) {
      return "[]" + type_of<typename T::value_type>();
    } else if constexpr (std::is_same_v<T, bool>) {
      return "bool";
    } else if constexpr (std::is_same_v<T, double>) {
      return "float64";
    } else if constexpr (Scalar<T>) {
      using Number = decltype(to_number(T{}));
      return (std::is_signed_v<Number> ? "int" : "uint") + std::to_string(8 * sizeof(Number));
    } else if constexpr (std::is_same_v<T, Uuid>) {
      return "uuid";
    } else if constexpr (std::is_same_v<T, std::string>) {
      return "string";
    } else if constexpr (std::is_same_v<T, Buffer>) {
      return "bytes";
    } else if constexpr (std::is_same_v<T, Records>) {
      return "records";
    } else {
      return "struct";
    }
  }

  template <class T>
  static std::string default_of(const T& value) {
    if constexpr (std::is_same_v<T, double>) {
      return {};
    } else if constexpr (Scalar<T>) {
      return std::to_string(to_number(value));
    } else {
      return {};
    }
  }

  Version version_;
  int depth_ = 0;
  std::vector<FieldSchema> fields_;
};

template <class M>
std::vector<FieldSchema> describe(Version version) {
  Describer describer(version);
  const M model{};
  M::walk(describer, model);
  return describer.take();
}

/// One line per field, indented by depth: "  partition_index int32 = 0", "cluster_id string? tag
/// 0".
std::string to_text(const std::vector<FieldSchema>& fields);

}  // namespace millrace::wire
