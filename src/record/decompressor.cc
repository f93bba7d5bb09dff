#include "record/decompressor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "record/codec/gzip.h"
#include "record/codec/lz4.h"
#include "record/codec/snappy.h"
#include "record/codec/zstd.h"

namespace millrace::record {
namespace {

constexpr std::size_t window_size = 64 << 10;
constexpr std::size_t first_guess_min = 4 << 10;
/// A larger result's memory is given back before the next one.
constexpr std::size_t kept_capacity_max = 4 << 20;

std::unique_ptr<Decoder> make_decoder(Codec codec) {
  switch (codec) {
    case Codec::gzip:
      return make_gzip_decoder();
    case Codec::snappy:
      return make_snappy_decoder();
    case Codec::lz4:
      return make_lz4_decoder();
    case Codec::zstd:
      return make_zstd_decoder();
    case Codec::none:
      break;
  }
  return nullptr;
}

}  // namespace

std::size_t DecompressLimits::allowed_for(std::size_t compressed_bytes) const {
  bool product_fits = max_ratio == 0 || compressed_bytes <= max_bytes / max_ratio;
  std::size_t by_ratio = product_fits ? compressed_bytes * max_ratio : max_bytes;
  return std::min(max_bytes, std::max(by_ratio, ratio_free_bytes));
}

Decompressor::Decompressor(DecompressLimits limits) : limits_(limits) {}

Result<Bytes> Decompressor::all(Codec codec, Bytes compressed) {
  MR_TRY(open(codec, compressed));
  if (codec == Codec::none) return std::exchange(uncompressed_rest_, {});
  if (whole_.capacity() > kept_capacity_max) whole_ = Buffer();
  // One byte more than allowed, so that an excess shows as such.
  std::size_t size_max = allowed_ + 1;
  whole_.resize(std::min(size_max, std::max(compressed.size() * 4, first_guess_min)));
  std::size_t size = 0;
  for (;;) {
    if (size == whole_.size()) whole_.resize(std::min(size_max, whole_.size() * 2));
    MR_TRY(auto written, read(MutableBytes(whole_).subspan(size)));
    if (written == 0) break;
    size += written;
  }
  return Bytes(whole_).first(size);
}

Result<void> Decompressor::open(Codec codec, Bytes compressed) {
  current_ = nullptr;
  produced_ = 0;
  allowed_ = limits_.allowed_for(compressed.size());
  uncompressed_rest_ = {};
  if (codec == Codec::none) {
    uncompressed_rest_ = compressed;
    return {};
  }
  MR_TRY(auto* decoder, decoder_for(codec));
  MR_TRY(decoder->open(compressed, allowed_));
  current_ = decoder;
  return {};
}

Result<Bytes> Decompressor::next() {
  if (current_ == nullptr) return std::exchange(uncompressed_rest_, {});
  window_.resize(window_size);
  MR_TRY(auto written, read(window_));
  return Bytes(window_).first(written);
}

Result<std::size_t> Decompressor::read(MutableBytes into) {
  MR_TRY(auto written, current_->read(into));
  produced_ += written;
  if (produced_ > allowed_) {
    return fail(Errc::limit_exceeded,
                fmt::format("compressed data opens to more than the {} allowed for its size",
                            human_bytes(allowed_)));
  }
  return written;
}

Result<Decoder*> Decompressor::decoder_for(Codec codec) {
  if (!is_known(codec)) {
    return fail(Errc::unsupported, fmt::format("unknown codec {}", static_cast<int>(codec)));
  }
  auto& decoder = decoders_[static_cast<std::size_t>(codec)];
  if (!decoder) decoder = make_decoder(codec);
  return decoder.get();
}

}  // namespace millrace::record
