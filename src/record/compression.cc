#include "record/compression.h"

#include <fmt/format.h>

#include <limits>

#include "record/codec/gzip.h"
#include "record/codec/lz4.h"
#include "record/codec/snappy.h"
#include "record/codec/zstd.h"

namespace millrace::record {

LevelRange levels_of(Codec codec) {
  switch (codec) {
    case Codec::gzip:
      return {.min = 1, .max = 9, .standard = 1};
    case Codec::lz4:
      return {.min = 0, .max = 12, .standard = 0};
    case Codec::zstd:
      return {.min = -131072, .max = 22, .standard = 3};
    case Codec::none:
    case Codec::snappy:
      break;
  }
  return {};
}

Result<Buffer> compress(Codec codec, Bytes raw, std::optional<int> level) {
  auto range = levels_of(codec);
  int chosen = level.value_or(range.standard);
  if (chosen < range.min || chosen > range.max) {
    return fail(Errc::invalid_argument, fmt::format("{} has levels {} to {}, not {}",
                                                    name_of(codec), range.min, range.max, chosen));
  }
  if (raw.size() > std::numeric_limits<int32_t>::max()) {
    return fail(Errc::limit_exceeded, fmt::format("{} bytes are too long a batch", raw.size()));
  }
  switch (codec) {
    case Codec::none:
      return to_buffer(raw);
    case Codec::gzip:
      return gzip_compress(raw, chosen);
    case Codec::snappy:
      return snappy_compress(raw);
    case Codec::lz4:
      return lz4_compress(raw, chosen);
    case Codec::zstd:
      return zstd_compress(raw, chosen);
  }
  return fail(Errc::unsupported, fmt::format("unknown codec {}", static_cast<int>(codec)));
}

Result<Buffer> decompress(Codec codec, Bytes compressed, const DecompressLimits& limits) {
  Decompressor decompressor(limits);
  MR_TRY(auto opened, decompressor.all(codec, compressed));
  return to_buffer(opened);
}

}  // namespace millrace::record
