#include "record/codec/snappy.h"

#include <fmt/format.h>
#include <snappy.h>

#include <algorithm>
#include <array>

namespace millrace::record {
namespace {

constexpr std::array<uint8_t, 8> magic = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::size_t stream_header_size = 16;
constexpr std::size_t version_at = 8;
constexpr std::size_t block_header_size = 4;
constexpr std::size_t block_size = 32 << 10;
/// A copy of 64 bytes takes 3: nothing grows more than 21.4 times.
constexpr std::size_t growth_max = 22;
/// A larger block's memory is not kept for the next one.
constexpr std::size_t kept_capacity_max = 1 << 20;

const char* chars(Bytes bytes) {
  return reinterpret_cast<const char*>(bytes.data());
}

bool starts_framed_stream(Bytes bytes) {
  return bytes.size() >= stream_header_size &&
         std::equal(magic.begin(), magic.end(), bytes.begin(),
                    [](uint8_t a, std::byte b) { return a == static_cast<uint8_t>(b); });
}

class SnappyDecoder final : public Decoder {
 public:
  Result<void> open(Bytes compressed, std::size_t max_output) override {
    rest_ = compressed;
    max_block_ = max_output;
    block_rest_ = {};
    framed_ = starts_framed_stream(compressed);
    if (block_.capacity() > kept_capacity_max) block_ = Buffer();
    if (compressed.empty()) return fail(Errc::corrupt, "snappy data is empty");
    return {};
  }

  Result<std::size_t> read(MutableBytes into) override {
    while (block_rest_.empty()) {
      if (rest_.empty()) return std::size_t{0};
      MR_TRY(auto block, next_block());
      MR_TRY(open_block(block));
    }
    auto piece = block_rest_.first(std::min(block_rest_.size(), into.size()));
    std::copy(piece.begin(), piece.end(), into.begin());
    block_rest_ = block_rest_.subspan(piece.size());
    return piece.size();
  }

 private:
  /// The next block's compressed bytes.
  Result<Bytes> next_block() {
    if (!framed_) return std::exchange(rest_, {});
    while (starts_framed_stream(rest_)) {
      auto version = load_be<int32_t>(rest_.data() + version_at);
      if (version < 1) {
        return fail(Errc::corrupt, fmt::format("snappy framing of version {}", version));
      }
      rest_ = rest_.subspan(stream_header_size);
      if (rest_.empty()) return Bytes();
    }
    if (rest_.size() < block_header_size) return fail(Errc::corrupt, "snappy data is cut off");
    auto length = load_be<int32_t>(rest_.data());
    if (length <= 0 || static_cast<std::size_t>(length) > rest_.size() - block_header_size) {
      return fail(Errc::corrupt, fmt::format("a snappy block of {} bytes in the {} that follow",
                                             length, rest_.size() - block_header_size));
    }
    auto block = rest_.subspan(block_header_size, static_cast<std::size_t>(length));
    rest_ = rest_.subspan(block_header_size + block.size());
    return block;
  }

  Result<void> open_block(Bytes block) {
    if (block.empty()) return {};  // a framed stream without blocks
    std::size_t size = 0;
    if (!snappy::GetUncompressedLength(chars(block), block.size(), &size) ||
        size > block.size() * growth_max) {
      return fail(Errc::corrupt, "a snappy block announces a size it cannot have");
    }
    if (size > max_block_) {
      return fail(Errc::limit_exceeded,
                  fmt::format("a snappy block announces {} bytes, more than the {} allowed", size,
                              max_block_));
    }
    block_.resize(size);
    if (!snappy::RawUncompress(chars(block), block.size(),
                               reinterpret_cast<char*>(block_.data()))) {
      return fail(Errc::corrupt, "broken snappy data");
    }
    block_rest_ = block_;
    return {};
  }

  Bytes rest_;
  bool framed_ = false;
  std::size_t max_block_ = 0;
  Buffer block_;
  Bytes block_rest_;
};

}  // namespace

std::unique_ptr<Decoder> make_snappy_decoder() {
  return std::make_unique<SnappyDecoder>();
}

Result<Buffer> snappy_compress(Bytes raw) {
  std::size_t blocks = (raw.size() + block_size - 1) / block_size;
  Buffer out(stream_header_size +
             blocks * (block_header_size + snappy::MaxCompressedLength(block_size)));
  std::transform(magic.begin(), magic.end(), out.begin(),
                 [](uint8_t byte) { return static_cast<std::byte>(byte); });
  store_be<int32_t>(out.data() + version_at, 1);
  store_be<int32_t>(out.data() + version_at + 4, 1);

  std::size_t end = stream_header_size;
  while (!raw.empty()) {
    auto block = raw.first(std::min(raw.size(), block_size));
    std::size_t written = 0;
    snappy::RawCompress(chars(block), block.size(),
                        reinterpret_cast<char*>(out.data() + end + block_header_size), &written);
    store_be(out.data() + end, static_cast<int32_t>(written));
    end += block_header_size + written;
    raw = raw.subspan(block.size());
  }
  out.resize(end);
  return out;
}

}  // namespace millrace::record
