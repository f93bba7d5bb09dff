#pragma once

namespace millrace {

/// Prints what was expected and where, then aborts. Never returns.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace millrace

/// States what cannot be false unless Millrace has a bug. Stays on in every build. Input from a
/// client or a disk never reaches one: that is a Result.
#define MR_ASSERT(expr) \
  ((expr) ? static_cast<void>(0) : ::millrace::assertion_failed(#expr, __FILE__, __LINE__))
