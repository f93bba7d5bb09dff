#pragma once

#include <cstdint>
#include <memory>

#include "io/file.h"

namespace millrace::storage {

/// Bytes [position, position + length) of a file, to be sent later with sendfile or read_at. They
/// never change while it is held, also when the segment is rolled or deleted meanwhile.
struct FileSlice {
  std::shared_ptr<const io::File> file;
  uint64_t position = 0;
  uint64_t length = 0;
};

}  // namespace millrace::storage
