#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"

namespace millrace::record {

/// Opens compressed bytes a piece at a time, in memory that does not depend on what the bytes
/// promise. May be opened again and again; not thread-safe.
class Decoder {
 public:
  virtual ~Decoder() = default;

  /// Starts on `compressed`, which must live until the last read, and forgets what came before,
  /// also after an error. `max_output`: no single block that announces more is tried.
  virtual Result<void> open(Bytes compressed, std::size_t max_output) = 0;

  /// Writes to the front of `into` (not empty) and returns how much; 0 only at the end of sound
  /// input. Errors: corrupt: the bytes are not this codec's, are cut off or fail a checksum;
  /// limit_exceeded: a block announces more than `max_output`. After an error, open again.
  virtual Result<std::size_t> read(MutableBytes into) = 0;
};

}  // namespace millrace::record
