#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::record {

/// How the records of a batch are compressed: bits 0-2 of its attributes. A value read from bytes
/// may be 5, 6 or 7, which have no name: `is_known` tells.
enum class Codec : uint8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

constexpr bool is_known(Codec codec) {
  return codec <= Codec::zstd;
}

/// As in Kafka's compression.type: "none", "gzip", "snappy", "lz4", "zstd"; "unknown" otherwise.
std::string_view name_of(Codec codec);

/// The codec of that name; "uncompressed" is another name of none, as in Kafka's topic configs.
std::optional<Codec> codec_named(std::string_view name);

}  // namespace millrace::record
