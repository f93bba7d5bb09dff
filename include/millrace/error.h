#pragma once

#include "base/result.h"  // IWYU pragma: export

/// How every call of the library answers: `millrace::Result<T>` holds a value or an
/// `millrace::Error{code, context}`, and cannot be ignored by accident. `Error::message()` is a
/// sentence for people; `Error::code` is what a program decides on.
