#pragma once

#include <compare>
#include <cstddef>
#include <functional>

#include <fmt/format.h>

namespace millrace {

/// An integer with a meaning: ids of different kinds do not convert into each other or into a
/// bare integer. `value()` is the way out, to be used where bytes or text are made.
template <class Tag, class Rep>
class Strong {
 public:
  using rep = Rep;

  constexpr Strong() = default;
  constexpr explicit Strong(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }

  constexpr auto operator<=>(const Strong&) const = default;
  constexpr Strong& operator++() { return ++value_, *this; }
  constexpr Strong& operator+=(Rep n) { return value_ = static_cast<Rep>(value_ + n), *this; }
  constexpr friend Strong operator+(Strong a, Rep n) {
    return Strong(static_cast<Rep>(a.value_ + n));
  }
  constexpr friend Strong operator-(Strong a, Rep n) {
    return Strong(static_cast<Rep>(a.value_ - n));
  }
  /// The distance between two of a kind is a plain number.
  constexpr friend Rep operator-(Strong a, Strong b) {
    return static_cast<Rep>(a.value_ - b.value_);
  }

 private:
  Rep value_ = 0;
};

}  // namespace millrace

template <class Tag, class Rep>
struct std::hash<millrace::Strong<Tag, Rep>> {
  std::size_t operator()(millrace::Strong<Tag, Rep> id) const {
    return std::hash<Rep>{}(id.value());
  }
};

template <class Tag, class Rep>
struct fmt::formatter<millrace::Strong<Tag, Rep>> : fmt::formatter<Rep> {
  template <class Context>
  auto format(millrace::Strong<Tag, Rep> id, Context& ctx) const {
    return fmt::formatter<Rep>::format(id.value(), ctx);
  }
};
