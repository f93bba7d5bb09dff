#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "record/codec.h"
#include "record/decompressor.h"

/// Whole buffers in, whole buffers out. Whoever opens many batches keeps a `Decompressor`.
namespace millrace::record {

/// Both ends inclusive. None and snappy have only level 0.
struct LevelRange {
  int min = 0;
  int max = 0;
  int standard = 0;
};
/// gzip 1-9 (1: ISA-L makes as much of it as zlib's 4, ten times as fast), lz4 0-12 (0), zstd
/// −131072-22 (3).
LevelRange levels_of(Codec codec);

/// `raw` as a batch's records section. At most 2^31−1 bytes, as much as a batch can hold.
/// Errors: invalid_argument: a level outside the codec's range; unsupported: a codec without a
/// name; limit_exceeded: `raw` is too long; failed: the library gave up (memory).
Result<Buffer> compress(Codec codec, Bytes raw, std::optional<int> level = std::nullopt);

/// Errors: those of `Decompressor::all`.
Result<Buffer> decompress(Codec codec, Bytes compressed, const DecompressLimits& limits = {});

}  // namespace millrace::record
