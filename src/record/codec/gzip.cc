#include "record/codec/gzip.h"

#include <fmt/format.h>
#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include <algorithm>

#include "base/assert.h"

namespace millrace::record {
namespace {

// Neither library writes to its input; their prototypes lack const.
uint8_t* input_of(Bytes bytes) {
  return reinterpret_cast<uint8_t*>(const_cast<std::byte*>(bytes.data()));
}

class GzipDecoder final : public Decoder {
 public:
  Result<void> open(Bytes compressed, std::size_t) override {
    rest_ = compressed;
    member_ended_ = false;
    start_member();
    state_.avail_in = 0;
    return {};
  }

  Result<std::size_t> read(MutableBytes into) override {
    auto room = static_cast<uint32_t>(std::min<std::size_t>(into.size(), piece_max));
    for (;;) {
      if (member_ended_) {
        if (left() == 0) return std::size_t{0};
        start_member();
      }
      feed();
      state_.next_out = reinterpret_cast<uint8_t*>(into.data());
      state_.avail_out = room;
      uint32_t had = state_.avail_in;
      MR_TRY(inflate_some());
      std::size_t written = room - state_.avail_out;
      member_ended_ = state_.block_state == ISAL_BLOCK_FINISH;
      if (written > 0) return written;
      if (!member_ended_ && state_.avail_in == had) {
        return fail(Errc::corrupt, "gzip data is cut off");
      }
    }
  }

 private:
  static constexpr std::size_t piece_max = 1u << 30;  // ISA-L counts in 32 bits

  std::size_t left() const { return rest_.size() + state_.avail_in; }

  void start_member() {
    auto* next = state_.next_in;
    auto available = state_.avail_in;
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP;
    state_.next_in = next;
    state_.avail_in = available;
    member_ended_ = false;
  }

  void feed() {
    if (state_.avail_in > 0) return;
    auto piece = rest_.first(std::min(rest_.size(), piece_max));
    state_.next_in = input_of(piece);
    state_.avail_in = static_cast<uint32_t>(piece.size());
    rest_ = rest_.subspan(piece.size());
  }

  Result<void> inflate_some() {
    int outcome = isal_inflate(&state_);
    if (outcome == ISAL_INCORRECT_CHECKSUM) {
      return fail(Errc::corrupt, "gzip data fails its checksum");
    }
    if (outcome < 0) return fail(Errc::corrupt, fmt::format("broken gzip data ({})", outcome));
    return {};
  }

  inflate_state state_{};
  Bytes rest_;
  bool member_ended_ = false;
};

int isal_level(int level) {
  return level <= 1 ? 1 : level <= 3 ? 2 : 3;
}

std::size_t isal_buffer_size(int level) {
  return level == 1   ? std::size_t{ISAL_DEF_LVL1_DEFAULT}
         : level == 2 ? std::size_t{ISAL_DEF_LVL2_DEFAULT}
                      : std::size_t{ISAL_DEF_LVL3_DEFAULT};
}

Result<Buffer> compress_fast(Bytes raw, int level) {
  auto stream = std::make_unique<isal_zstream>();
  isal_deflate_init(stream.get());
  stream->level = static_cast<uint32_t>(isal_level(level));
  Buffer scratch(isal_buffer_size(isal_level(level)));
  stream->level_buf = reinterpret_cast<uint8_t*>(scratch.data());
  stream->level_buf_size = static_cast<uint32_t>(scratch.size());
  stream->gzip_flag = IGZIP_GZIP;
  stream->end_of_stream = 1;
  stream->next_in = input_of(raw);
  stream->avail_in = static_cast<uint32_t>(raw.size());

  Buffer out(raw.size() / 4 + 512);
  std::size_t written = 0;
  while (stream->internal_state.state != ZSTATE_END) {
    if (written == out.size()) out.resize(out.size() * 2);
    stream->next_out = reinterpret_cast<uint8_t*>(out.data() + written);
    stream->avail_out = static_cast<uint32_t>(out.size() - written);
    if (int outcome = isal_deflate(stream.get()); outcome != COMP_OK) {
      return fail(Errc::failed, fmt::format("ISA-L could not compress ({})", outcome));
    }
    written = out.size() - stream->avail_out;
  }
  out.resize(written);
  return out;
}

Result<Buffer> compress_small(Bytes raw, int level) {
  constexpr int gzip_window_bits = 15 + 16;  // 16 asks for gzip's frame around deflate
  constexpr int memory_level = 8;
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window_bits, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(Errc::failed, "zlib could not start");
  }
  Buffer out(deflateBound(&stream, raw.size()));
  stream.next_in = input_of(raw);
  stream.avail_in = static_cast<uInt>(raw.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int outcome = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (outcome != Z_STREAM_END) {
    return fail(Errc::failed, fmt::format("zlib could not compress ({})", outcome));
  }
  return out;
}

}  // namespace

std::unique_ptr<Decoder> make_gzip_decoder() {
  return std::make_unique<GzipDecoder>();
}

Result<Buffer> gzip_compress(Bytes raw, int level) {
  constexpr int first_zlib_level = 6;
  return level < first_zlib_level ? compress_fast(raw, level) : compress_small(raw, level);
}

}  // namespace millrace::record
