#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/strong.h"
#include "millrace/fields.h"

/// JSON by fields: templates walk the members that MILLRACE_FIELDS lists, everything else is
/// compiled once, in src/client/json_{reader,writer}.cc.
namespace millrace::json {

/// A JSON value under the reader's cursor. Each may be read once.
class Value;

// Each answers false after it has recorded what is wrong, with the path of the field.
bool read(Value& value, bool& out);
bool read(Value& value, double& out);
bool read(Value& value, std::string& out);
bool read_integer(Value& value, int64_t& out, int64_t min, int64_t max);
bool read_unsigned(Value& value, uint64_t& out, uint64_t max);
bool is_null(Value& value);

/// One member of a type, as the reader needs it.
struct FieldReader {
  std::string_view name;
  bool required;
  bool (*read)(Value& value, void* object);
};

/// Members in any order, unknown ones skipped, the last of equal names wins.
bool read_object(Value& value, void* object, std::span<const FieldReader> fields);
bool read_array(Value& value, void* list, bool (*add)(Value& value, void* list));

template <HasFields T>
bool read(Value& value, T& out);
template <class T>
bool read(Value& value, std::optional<T>& out);
template <class T>
bool read(Value& value, std::vector<T>& out);

inline bool read(Value& value, float& out) {
  double wide = 0;
  if (!read(value, wide)) return false;
  out = static_cast<float>(wide);
  return true;
}

template <std::integral T>
bool read(Value& value, T& out) {
  if constexpr (std::is_signed_v<T>) {
    int64_t wide = 0;
    using Limits = std::numeric_limits<T>;
    if (!read_integer(value, wide, Limits::min(), Limits::max())) return false;
    out = static_cast<T>(wide);
  } else {
    uint64_t wide = 0;
    if (!read_unsigned(value, wide, std::numeric_limits<T>::max())) return false;
    out = static_cast<T>(wide);
  }
  return true;
}

template <class Tag, class Rep>
bool read(Value& value, Strong<Tag, Rep>& out) {
  Rep plain{};
  if (!read(value, plain)) return false;
  out = Strong<Tag, Rep>(plain);
  return true;
}

template <class T>
bool read(Value& value, std::optional<T>& out) {
  if (is_null(value)) return out.reset(), true;
  return read(value, out.emplace());
}

template <class T>
bool read(Value& value, std::vector<T>& out) {
  out.clear();
  return read_array(value, &out, [](Value& item, void* list) {
    T element{};
    if (!read(item, element)) return false;
    static_cast<std::vector<T>*>(list)->push_back(std::move(element));
    return true;
  });
}

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
constexpr auto fields_of() {
  return millrace_fields(static_cast<const T*>(nullptr));
}

template <class T, std::size_t I>
constexpr FieldReader field_reader() {
  constexpr auto field = std::get<I>(fields_of<T>());
  using Member = std::remove_reference_t<decltype(std::declval<T&>().*field.member)>;
  return {field.name, !is_optional<Member>, [](Value& value, void* object) {
            return read(value, static_cast<T*>(object)->*std::get<I>(fields_of<T>()).member);
          }};
}

template <HasFields T>
bool read(Value& value, T& out) {
  constexpr std::size_t count = std::tuple_size_v<decltype(fields_of<T>())>;
  static_assert(count <= 64, "MILLRACE_FIELDS takes at most 64 members");
  static constexpr auto table = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<FieldReader, count>{field_reader<T, I>()...};
  }
  (std::make_index_sequence<count>{});
  return read_object(value, &out, table);
}

/// A parser with its memory, reused from one document to the next. Not thread-safe; a copy is a
/// fresh one.
class Reader {
 public:
  Reader();
  ~Reader();
  Reader(const Reader&);
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader) noexcept;

  /// Exactly one JSON object or array. Errors: corrupt, with the path of the field and what is
  /// wrong with it. Nesting is limited to 64 levels.
  template <class T>
  Result<T> decode(Bytes text) {
    T out{};
    auto status = run(text, &out, [](Value& value, void* object) {
      return json::read(value, *static_cast<T*>(object));
    });
    if (!status) return fail(std::move(status).error());
    return out;
  }

 private:
  Result<void> run(Bytes text, void* object, bool (*read_root)(Value&, void*));

  struct State;
  std::unique_ptr<State> state_;
};

void append(Buffer& out, std::string_view raw);
void append_string(Buffer& out, std::string_view text);
void append_integer(Buffer& out, int64_t value);
void append_unsigned(Buffer& out, uint64_t value);
/// The shortest text that reads back as the same number, always with a '.' or an exponent, so
/// that it stays a floating-point number in every language. False for NaN and infinity.
[[nodiscard]] bool append_double(Buffer& out, double value);

// Each answers the name of the member that JSON cannot express, or nothing.
using Problem = std::string_view;

template <HasFields T>
Problem write(Buffer& out, const T& object);
template <class T>
Problem write(Buffer& out, const std::optional<T>& value);
template <class T>
Problem write(Buffer& out, const std::vector<T>& list);

inline Problem write(Buffer& out, const std::string& text) {
  return append_string(out, text), Problem{};
}
inline Problem write(Buffer& out, std::same_as<bool> auto value) {
  return append(out, value ? "true" : "false"), Problem{};
}
inline Problem write(Buffer& out, std::floating_point auto value) {
  return append_double(out, static_cast<double>(value)) ? Problem{} : Problem{"value"};
}
template <std::integral T>
requires(!std::same_as<T, bool>) Problem write(Buffer& out, T value) {
  if constexpr (std::is_signed_v<T>) append_integer(out, value);
  if constexpr (std::is_unsigned_v<T>) append_unsigned(out, value);
  return {};
}
template <class Tag, class Rep>
Problem write(Buffer& out, Strong<Tag, Rep> value) {
  return write(out, value.value());
}

template <class T>
Problem write(Buffer& out, const std::optional<T>& value) {
  if (value) return write(out, *value);
  return append(out, "null"), Problem{};
}

template <class T>
Problem write(Buffer& out, const std::vector<T>& list) {
  append(out, "[");
  bool first = true;
  for (const T& item : list) {
    if (!std::exchange(first, false)) append(out, ",");
    if (auto problem = write(out, item); !problem.empty()) return problem;
  }
  return append(out, "]"), Problem{};
}

/// Members in the order of MILLRACE_FIELDS; an empty std::optional is left out.
template <HasFields T>
Problem write(Buffer& out, const T& object) {
  Problem problem;
  bool first = true;
  auto write_field = [&](const auto& field) {
    const auto& member = object.*field.member;
    using Member = std::remove_cvref_t<decltype(member)>;
    if constexpr (is_optional<Member>) {
      if (!member) return true;
    }
    append(out, std::exchange(first, false) ? "\"" : ",\"");
    append(out, field.name);
    append(out, "\":");
    if (!write(out, member).empty()) problem = field.name;
    return problem.empty();
  };
  append(out, "{");
  std::apply([&](const auto&... field) { (write_field(field) && ...); }, fields_of<T>());
  append(out, "}");
  return problem;
}

/// Appends `object` as JSON. Errors: invalid_argument for NaN and infinity, naming the member;
/// `out` then holds a part of the text.
template <class T>
Result<void> encode(const T& object, Buffer& out) {
  auto problem = write(out, object);
  if (problem.empty()) return {};
  return fail(Errc::invalid_argument,
              "field '" + std::string(problem) + "' is NaN or infinite, which JSON cannot express");
}

}  // namespace millrace::json
