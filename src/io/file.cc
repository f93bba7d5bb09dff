#include "io/file.h"

#include <fmt/format.h>

namespace millrace::io {

Result<void> read_exactly(const File& file, uint64_t position, MutableBytes into) {
  MR_TRY(auto got, file.read_at(position, into));
  if (got == into.size()) return {};
  return fail(Errc::corrupt, fmt::format("{} ends at byte {}, expected {} bytes from {} on",
                                         file.path(), position + got, into.size(), position));
}

Result<Buffer> read_all(const File& file, uint64_t max_bytes) {
  MR_TRY(auto size, file.size());
  if (size > max_bytes) {
    return fail(Errc::limit_exceeded, fmt::format("{} has {} bytes, at most {} are expected",
                                                  file.path(), size, max_bytes));
  }
  Buffer content(size);
  MR_TRY(read_exactly(file, 0, content));
  return content;
}

}  // namespace millrace::io
