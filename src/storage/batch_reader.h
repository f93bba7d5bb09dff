#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "io/file.h"
#include "record/batch_view.h"

namespace millrace::storage {

/// Walks the batches of a log file from a batch's start. Reads in large steps; a walk over headers
/// skips what lies between them.
class BatchReader {
 public:
  struct Located {
    record::BatchHeader header;
    uint64_t position = 0;  ///< of the batch in the file

    uint64_t end() const { return position + header.size_in_bytes(); }
  };

  /// Walks [begin, end) of `file`, which outlives the reader.
  BatchReader(const io::File& file, uint64_t begin, uint64_t end)
      : file_(file), position_(begin), end_(end) {}

  /// The next batch's header. Nothing at the end, also when the rest is a preallocated tail: a
  /// header of zeros. Errors: corrupt (not a batch, or one that does not end before `end`);
  /// io_error. After an error position() is that of the bad batch.
  Result<std::optional<Located>> next();

  /// The whole batch that `next` returned last; valid until the following call. Errors: io_error.
  Result<record::BatchView> whole();

  /// Where the next batch starts.
  uint64_t position() const { return position_; }

 private:
  /// At least `length` bytes at `from` (fewer at the end), reading `step` when it must read.
  Result<Bytes> bytes_at(uint64_t from, std::size_t length, std::size_t step);

  const io::File& file_;
  uint64_t position_;
  uint64_t end_;
  Located last_;
  Buffer buffer_;
  uint64_t buffer_start_ = 0;
};

}  // namespace millrace::storage
