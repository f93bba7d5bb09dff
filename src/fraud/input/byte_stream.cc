#include "fraud/input/byte_stream.h"

#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace millrace::fraud {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, CloseFile>;

class PlainStream final : public ByteStream {
 public:
  PlainStream(FileHandle file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Result<size_t> read(MutableBytes out) override {
    const size_t got = std::fread(out.data(), 1, out.size(), file_.get());
    if (got == 0 && std::ferror(file_.get())) {
      return fail(Errc::io_error, path_ + ": " + std::strerror(errno));
    }
    return got;
  }

  const std::string& path() const { return path_; }

 private:
  FileHandle file_;
  std::string path_;
};

constexpr size_t packed_chunk_bytes = 128 << 10;

class GzipStream final : public ByteStream {
 public:
  explicit GzipStream(PlainStream packed) : packed_(std::move(packed)) {
    constexpr int any_window_gzip_only = 15 + 16;
    ok_ = inflateInit2(&state_, any_window_gzip_only) == Z_OK;
  }
  ~GzipStream() override { inflateEnd(&state_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  Result<size_t> read(MutableBytes out) override {
    if (!ok_) return fail(Errc::limit_exceeded, "no memory to unpack gzip");
    state_.next_out = reinterpret_cast<Bytef*>(out.data());
    state_.avail_out = static_cast<uInt>(out.size());
    while (state_.avail_out == out.size()) {
      if (state_.avail_in == 0) {
        MR_TRY(const size_t got, packed_.read(chunk_));
        if (got == 0 && in_member_) return damaged("it ends in the middle");
        if (got == 0) return size_t{0};
        state_.next_in = reinterpret_cast<Bytef*>(chunk_.data());
        state_.avail_in = static_cast<uInt>(got);
      }
      in_member_ = true;
      const int status = inflate(&state_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {  // another member may follow, as gzip -c a b writes it
        in_member_ = false;
        inflateReset(&state_);
      } else if (status != Z_OK) {
        return damaged(state_.msg != nullptr ? state_.msg : "it cannot be unpacked");
      }
    }
    return out.size() - state_.avail_out;
  }

 private:
  tl::unexpected<Error> damaged(const char* what) const {
    return fail(Errc::corrupt, packed_.path() + ": not a whole gzip file: " + what);
  }

  PlainStream packed_;
  Buffer chunk_ = Buffer(packed_chunk_bytes);
  z_stream state_{};
  bool ok_ = false;
  bool in_member_ = false;
};

struct FreeZstd {
  void operator()(ZSTD_DStream* state) const { ZSTD_freeDStream(state); }
};

class ZstdStream final : public ByteStream {
 public:
  explicit ZstdStream(PlainStream packed)
      : packed_(std::move(packed)), state_(ZSTD_createDStream()) {}

  Result<size_t> read(MutableBytes out) override {
    if (!state_) return fail(Errc::limit_exceeded, "no memory to unpack zstd");
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    while (to.pos == 0) {
      if (from_.pos == from_.size && !more_inside_) {
        MR_TRY(const size_t got, packed_.read(chunk_));
        if (got == 0 && in_frame_) {
          return fail(Errc::corrupt, packed_.path() + ": the zstd data ends in the middle");
        }
        if (got == 0) return size_t{0};
        from_ = {chunk_.data(), got, 0};
      }
      const size_t status = ZSTD_decompressStream(state_.get(), &to, &from_);
      if (ZSTD_isError(status)) {
        return fail(Errc::corrupt, packed_.path() + ": " + ZSTD_getErrorName(status));
      }
      in_frame_ = status != 0;
      more_inside_ = to.pos == to.size;
    }
    return to.pos;
  }

 private:
  PlainStream packed_;
  std::unique_ptr<ZSTD_DStream, FreeZstd> state_;
  Buffer chunk_ = Buffer(packed_chunk_bytes);
  ZSTD_inBuffer from_{nullptr, 0, 0};
  bool in_frame_ = false;
  bool more_inside_ = false;
};

Errc errc_of(int error) {
  if (error == ENOENT || error == ENOTDIR) return Errc::not_found;
  if (error == EACCES || error == EPERM) return Errc::permission_denied;
  return Errc::io_error;
}

}  // namespace

Result<std::unique_ptr<ByteStream>> open_byte_stream(const std::string& path) {
  FileHandle file(std::fopen(path.c_str(), "rbe"));
  if (!file) return fail(errc_of(errno), path + ": " + std::strerror(errno));
  unsigned char magic[4] = {};
  const size_t got = std::fread(magic, 1, sizeof magic, file.get());
  if (std::ferror(file.get())) return fail(errc_of(errno), path + ": " + std::strerror(errno));
  if (std::fseek(file.get(), 0, SEEK_SET) != 0) {
    return fail(Errc::io_error, path + ": not a regular file");
  }
  const bool gzip = got >= 2 && magic[0] == 0x1f && magic[1] == 0x8b;
  const bool zstd =
      got == 4 && magic[0] == 0x28 && magic[1] == 0xb5 && magic[2] == 0x2f && magic[3] == 0xfd;
  PlainStream plain(std::move(file), path);
  if (gzip) return std::unique_ptr<ByteStream>(new GzipStream(std::move(plain)));
  if (zstd) return std::unique_ptr<ByteStream>(new ZstdStream(std::move(plain)));
  return std::unique_ptr<ByteStream>(new PlainStream(std::move(plain)));
}

}  // namespace millrace::fraud
