#include "record/codec/lz4.h"

#include <fmt/format.h>
#include <lz4frame.h>

namespace millrace::record {
namespace {

struct FreeContext {
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

class Lz4Decoder final : public Decoder {
 public:
  Result<void> open(Bytes compressed, std::size_t) override {
    rest_ = compressed;
    ended_ = false;
    if (context_) {
      LZ4F_resetDecompressionContext(context_.get());
      return {};
    }
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) {
      return fail(Errc::failed, "no memory to open lz4 data");
    }
    context_.reset(context);
    return {};
  }

  Result<std::size_t> read(MutableBytes into) override {
    while (!ended_) {
      std::size_t written = into.size();
      std::size_t taken = rest_.size();
      std::size_t hint =
          LZ4F_decompress(context_.get(), into.data(), &written, rest_.data(), &taken, nullptr);
      if (LZ4F_isError(hint)) {
        return fail(Errc::corrupt, fmt::format("broken lz4 data ({})", LZ4F_getErrorName(hint)));
      }
      rest_ = rest_.subspan(taken);
      ended_ = hint == 0;
      if (written > 0) return written;
      if (!ended_ && taken == 0) return fail(Errc::corrupt, "lz4 data is cut off");
    }
    if (!rest_.empty()) {
      return fail(Errc::corrupt, fmt::format("{} bytes after the lz4 frame", rest_.size()));
    }
    return std::size_t{0};
  }

 private:
  std::unique_ptr<LZ4F_dctx, FreeContext> context_;
  Bytes rest_;
  bool ended_ = false;
};

uint32_t load_le32(const std::byte* from) {
  return byte_swapped(load_be<uint32_t>(from));
}

}  // namespace

std::unique_ptr<Decoder> make_lz4_decoder() {
  return std::make_unique<Lz4Decoder>();
}

Result<void> check_lz4_is_kafkas(Bytes compressed) {
  constexpr uint32_t frame_magic = 0x184d2204;
  constexpr uint32_t skippable_magic = 0x184d2a50;  // and the 15 after it
  constexpr std::byte independent_blocks{0x20};
  constexpr std::size_t shortest_frame = 11;  // header 7, end mark 4
  if (compressed.size() < shortest_frame) return fail(Errc::corrupt, "lz4 data is cut off");
  auto magic = load_le32(compressed.data());
  if ((magic & ~0xfu) == skippable_magic) {
    return fail(Errc::unsupported, "Kafka's clients do not read skippable lz4 frames");
  }
  if (magic != frame_magic) return fail(Errc::corrupt, "no lz4 frame");
  if ((compressed[4] & independent_blocks) == std::byte{0}) {
    return fail(Errc::unsupported, "Kafka's clients do not read lz4 frames with linked blocks");
  }
  return {};
}

Result<Buffer> lz4_compress(Bytes raw, int level) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences.compressionLevel = level;
  Buffer out(LZ4F_compressFrameBound(raw.size(), &preferences));
  std::size_t written =
      LZ4F_compressFrame(out.data(), out.size(), raw.data(), raw.size(), &preferences);
  if (LZ4F_isError(written)) {
    return fail(Errc::failed,
                fmt::format("lz4 could not compress ({})", LZ4F_getErrorName(written)));
  }
  out.resize(written);
  return out;
}

}  // namespace millrace::record
