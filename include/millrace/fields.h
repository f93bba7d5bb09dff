#pragma once

#include <string_view>
#include <tuple>

namespace millrace {

/// One listed member of a record type.
template <class T, class M>
struct Field {
  std::string_view name;
  M T::*member;
};

template <class T, class M>
constexpr Field<T, M> make_field(std::string_view name, M T::*member) {
  return {name, member};
}

/// True for types listed with MILLRACE_FIELDS.
template <class T>
concept HasFields = requires {
  millrace_fields(static_cast<const T*>(nullptr));
};

}  // namespace millrace

// A comma list with one step of recursion per member, up to 64 members.
#define MR_FIELDS_PARENS ()
#define MR_FIELDS_EXPAND(...) MR_FIELDS_EXPAND3(MR_FIELDS_EXPAND3(MR_FIELDS_EXPAND3(__VA_ARGS__)))
#define MR_FIELDS_EXPAND3(...) MR_FIELDS_EXPAND2(MR_FIELDS_EXPAND2(MR_FIELDS_EXPAND2(__VA_ARGS__)))
#define MR_FIELDS_EXPAND2(...) MR_FIELDS_EXPAND1(MR_FIELDS_EXPAND1(MR_FIELDS_EXPAND1(__VA_ARGS__)))
#define MR_FIELDS_EXPAND1(...) MR_FIELDS_EXPAND0(MR_FIELDS_EXPAND0(MR_FIELDS_EXPAND0(__VA_ARGS__)))
#define MR_FIELDS_EXPAND0(...) __VA_ARGS__
#define MR_FIELDS_EACH(T, member, ...)        \
  ::millrace::make_field(#member, &T::member) \
      __VA_OPT__(, MR_FIELDS_AGAIN MR_FIELDS_PARENS(T, __VA_ARGS__))
#define MR_FIELDS_AGAIN() MR_FIELDS_EACH

/// Lists the members of a record type once, beside it and in its namespace; that gives the type a
/// JSON serde (`Serde<T>`). At most 64 members: bool, integers, double, float, std::string,
/// other listed types, and std::optional or std::vector of these.
///
///     struct Transaction { std::string user_id; double amount; std::optional<std::string> city; };
///     MILLRACE_FIELDS(Transaction, user_id, amount, city)
#define MILLRACE_FIELDS(T, ...)                                          \
  [[maybe_unused]] inline constexpr auto millrace_fields(const T*) {     \
    return std::tuple{MR_FIELDS_EXPAND(MR_FIELDS_EACH(T, __VA_ARGS__))}; \
  }
