#pragma once

#include <memory>

#include "record/codec/decoder.h"

namespace millrace::record {

/// Frames back to back are one stream. Windows of up to 128 MiB are accepted, as in Java: a
/// producer at level 22 announces that much. Only what is really written of it costs memory.
/// (RFC 8878)
std::unique_ptr<Decoder> make_zstd_decoder();

/// `level` −131072 (fastest) to 22. The frame carries its content size.
Result<Buffer> zstd_compress(Bytes raw, int level);

}  // namespace millrace::record
