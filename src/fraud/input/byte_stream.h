#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace millrace::fraud {

/// The bytes of a file in order, unpacked on the way.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fills the front of `out`; 0 = the end. Errors: `io_error`, `corrupt` (not what its compression
  /// promises, or it ends in the middle).
  virtual Result<size_t> read(MutableBytes out) = 0;
};

/// Opens a plain, gzip or zstd file; which of them, its first bytes tell. Memory is bounded
/// whatever the file says of itself. Errors: `not_found`, `permission_denied`, `io_error`.
Result<std::unique_ptr<ByteStream>> open_byte_stream(const std::string& path);

}  // namespace millrace::fraud
