#include "record/codec.h"

#include <array>

namespace millrace::record {
namespace {

constexpr std::array<std::string_view, 5> names = {"none", "gzip", "snappy", "lz4", "zstd"};

}  // namespace

std::string_view name_of(Codec codec) {
  return is_known(codec) ? names[static_cast<std::size_t>(codec)] : "unknown";
}

std::optional<Codec> codec_named(std::string_view name) {
  if (name == "uncompressed") return Codec::none;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Codec>(i);
  }
  return std::nullopt;
}

}  // namespace millrace::record
