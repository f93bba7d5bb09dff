#pragma once

#include <memory>
#include <string>

#include "io/directory.h"

namespace millrace::io {

/// The directory `root` of this machine, created (with its parents) when it is not there.
/// Errors: permission_denied, no_space, failed (it is not a directory), io_error.
Result<std::unique_ptr<Directory>> open_posix_directory(const std::string& root);

}  // namespace millrace::io
