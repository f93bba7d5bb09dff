#pragma once

#include <memory>

#include "record/codec/decoder.h"

namespace millrace::record {

/// Takes one raw snappy block, as librdkafka writes it, and xerial's framing, as Java and
/// kafka-python write it, also several framed streams back to back, as Java reads them:
///
///   82 'S' 'N' 'A' 'P' 'P' 'Y' 00 | version i32 | oldest compatible version i32
///   then blocks: length i32 | that many bytes of raw snappy
///
/// A raw block is one piece, so opening it takes memory for all that it holds (at most 22 times
/// its own size, and `max_output`); framed blocks are opened one by one.
std::unique_ptr<Decoder> make_snappy_decoder();

/// In xerial's framing, with its blocks of 32 KiB: every client reads that.
Result<Buffer> snappy_compress(Bytes raw);

}  // namespace millrace::record
