#include "record/codec/zstd.h"

#include <fmt/format.h>
#include <zstd.h>

namespace millrace::record {
namespace {

/// A context that has grown beyond this, for a giant window, is not kept for the next batch.
constexpr std::size_t kept_context_max = 4 << 20;

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdDecoder final : public Decoder {
 public:
  Result<void> open(Bytes compressed, std::size_t) override {
    rest_ = compressed;
    frame_ended_ = false;
    if (context_ && ZSTD_sizeof_DCtx(context_.get()) > kept_context_max) context_.reset();
    if (context_) {
      ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
      return {};
    }
    context_.reset(ZSTD_createDCtx());
    if (!context_) return fail(Errc::failed, "no memory to open zstd data");
    return {};
  }

  Result<std::size_t> read(MutableBytes into) override {
    while (!(frame_ended_ && rest_.empty())) {
      ZSTD_inBuffer in{rest_.data(), rest_.size(), 0};
      ZSTD_outBuffer out{into.data(), into.size(), 0};
      std::size_t hint = ZSTD_decompressStream(context_.get(), &out, &in);
      if (ZSTD_isError(hint)) {
        return fail(Errc::corrupt, fmt::format("broken zstd data ({})", ZSTD_getErrorName(hint)));
      }
      rest_ = rest_.subspan(in.pos);
      frame_ended_ = hint == 0;
      if (out.pos > 0) return out.pos;
      if (!frame_ended_ && in.pos == 0) return fail(Errc::corrupt, "zstd data is cut off");
    }
    return std::size_t{0};
  }

 private:
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  Bytes rest_;
  bool frame_ended_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_zstd_decoder() {
  return std::make_unique<ZstdDecoder>();
}

Result<Buffer> zstd_compress(Bytes raw, int level) {
  Buffer out(ZSTD_compressBound(raw.size()));
  std::size_t written = ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), level);
  if (ZSTD_isError(written)) {
    return fail(Errc::failed,
                fmt::format("zstd could not compress ({})", ZSTD_getErrorName(written)));
  }
  out.resize(written);
  return out;
}

}  // namespace millrace::record
