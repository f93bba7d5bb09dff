#pragma once

#include <memory>

#include "record/codec/decoder.h"

namespace millrace::record {

/// Takes LZ4 frames (format 1.6.x) of every kind: blocks linked or not, with or without content
/// size and checksums, which are checked where present. Exactly one frame.
std::unique_ptr<Decoder> make_lz4_decoder();

/// Whether Kafka's own clients can read the frame: they take neither linked blocks nor skippable
/// frames, and a batch that they cannot read must not enter a log.
/// Errors: unsupported: it is such a frame; corrupt: it is no LZ4 frame at all.
Result<void> check_lz4_is_kafkas(Bytes compressed);

/// As Java writes it: independent blocks of 64 KiB, no checksums. `level` 0-2 is fast, 3-12 is
/// LZ4's high compression.
Result<Buffer> lz4_compress(Bytes raw, int level);

}  // namespace millrace::record
