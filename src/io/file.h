#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace millrace::io {

/// An open file, addressed by position. Thread-safe; held by shared_ptr, so that a reader or a sync
/// under way keeps it open after its owner has closed or deleted it. Every error names the file
/// and the operation: no_space, permission_denied, not_found, io_error.
class File {
 public:
  virtual ~File() = default;

  /// Reads up to `into.size()` bytes at byte `position`. Fewer come back only at the end of the
  /// file, 0 beyond it.
  virtual Result<std::size_t> read_at(uint64_t position, MutableBytes into) const = 0;

  /// Writes all `pieces` one after the other from byte `position` on. After it: in the page cache.
  /// After an error any prefix may have been written.
  virtual Result<void> write_at(uint64_t position, std::span<const Bytes> pieces) = 0;

  /// After it every byte written before, and the size that it needs, is on the device. After an
  /// error nothing may be assumed of what was written since the last success, and a second call
  /// may lie: the caller must stop using the file.
  virtual Result<void> sync_data() = 0;

  /// Cuts or extends (with zeros) to `size` bytes. Durable after sync_data.
  virtual Result<void> truncate(uint64_t size) = 0;

  /// Reserves [position, position + length) on the device; the file grows to cover it and reads as
  /// zeros there. A later write inside needs no new space, and a sync of it no new size.
  virtual Result<void> preallocate(uint64_t position, uint64_t length) = 0;

  virtual Result<uint64_t> size() const = 0;

  /// The descriptor, for sendfile; −1 when there is none (in memory).
  virtual int native_handle() const = 0;

  /// As it was opened; for messages.
  virtual const std::string& path() const = 0;
};

/// Reads exactly `into.size()` bytes; corrupt when the file ends before.
Result<void> read_exactly(const File& file, uint64_t position, MutableBytes into);

/// The whole file; limit_exceeded when it is larger than `max_bytes`.
Result<Buffer> read_all(const File& file, uint64_t max_bytes);

}  // namespace millrace::io
