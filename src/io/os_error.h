#pragma once

#include <string_view>

#include "base/result.h"

namespace millrace::io {

/// The one place where an errno becomes an Error: "cannot <operation> <path>: <text>".
tl::unexpected<Error> os_error(int number, std::string_view operation, std::string_view path);

}  // namespace millrace::io
