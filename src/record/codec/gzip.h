#pragma once

#include <memory>

#include "record/codec/decoder.h"

namespace millrace::record {

/// Members back to back are one stream, as in Java. Checks the CRC and size after each. (RFC 1952)
std::unique_ptr<Decoder> make_gzip_decoder();

/// `level` 1-9: to 5 with ISA-L, which is 3 times as fast as zlib; from 6 with zlib, which makes
/// less of the same bytes. At most 2^31−1 bytes.
Result<Buffer> gzip_compress(Bytes raw, int level);

}  // namespace millrace::record
