#include "record/decompressor.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>

#include "record/batch_builder.h"
#include "record/batch_edit.h"
#include "record/check_batch.h"
#include "record/compression.h"
#include "record/varint.h"

namespace millrace::record {
namespace {

constexpr std::size_t mebibyte = 1 << 20;

constexpr Codec compressing_codecs[] = {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

/// A record whose value is announced with 1 GiB, up to its first byte: a check reads on and on.
Buffer start_of_a_giant_record() {
  Buffer bytes;
  append_varint(bytes, (1 << 30) + 10);
  for (int64_t field : {0, 0, 0, -1, 1 << 30}) append_varint(bytes, field);
  return bytes;
}

/// 2 MiB that open to as much as the codec can make of them: gzip 2 GiB, zstd far more, lz4
/// 510 MiB, snappy 42 MiB.
Buffer bomb(Codec codec) {
  bool one_frame = codec == Codec::lz4;
  Buffer zeros(codec == Codec::gzip || codec == Codec::zstd ? 8 * mebibyte : 32 << 10);
  auto level = codec == Codec::gzip ? std::optional(9) : std::nullopt;
  Buffer bytes = *compress(codec, start_of_a_giant_record(), level);
  Buffer piece = *compress(codec, zeros, level);
  if (one_frame) {  // its blocks, between a header of 7 bytes and an end mark of 4
    bytes.resize(bytes.size() - 4);
    piece = Buffer(piece.begin() + 7, piece.end() - 4);
  }
  while (bytes.size() < 2 * mebibyte) bytes.insert(bytes.end(), piece.begin(), piece.end());
  if (one_frame) bytes.resize(bytes.size() + 4);
  return bytes;
}

std::size_t peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
  }
  return 0;
}

/// How much more memory this process has at the worst moment of `work` than before it.
std::size_t growth_of_peak_kib(const std::function<void()>& work) {
  std::ofstream("/proc/self/clear_refs") << "5";  // forgets the peak so far
  auto before = peak_kib();
  work();
  return peak_kib() - before;
}

TEST(Bomb, is_refused_in_bounded_memory_by_every_codec) {
  for (auto codec : compressing_codecs) {
    Buffer compressed = bomb(codec);
    ASSERT_LT(compressed.size(), 2 * mebibyte + (64 << 10));
    Buffer bytes(batch_header_size);
    bytes.insert(bytes.end(), compressed.begin(), compressed.end());
    encode_header({.batch_length = static_cast<int32_t>(bytes.size() - batch_prefix_size),
                   .attributes = BatchAttributes().with_codec(codec),
                   .record_count = 1},
                  bytes);
    seal_crc(bytes);
    Decompressor decompressor;

    auto checked_kib = growth_of_peak_kib([&] {
      auto outcome = check_batch(*BatchView::parse(bytes), {}, decompressor);
      ASSERT_FALSE(outcome) << name_of(codec);
      EXPECT_EQ(outcome.error().code, Errc::limit_exceeded) << outcome.error().message();
    });
    auto opened_kib = growth_of_peak_kib([&] {
      auto whole = decompressor.all(codec, compressed);
      ASSERT_FALSE(whole) << name_of(codec);
      EXPECT_EQ(whole.error().code, Errc::limit_exceeded) << whole.error().message();
    });

    EXPECT_LT(checked_kib, 8u << 10) << name_of(codec);
    EXPECT_LT(opened_kib, 64u << 10) << name_of(codec);
  }
}

TEST(Decompressor, opens_up_to_its_limit_and_not_one_byte_more) {
  for (auto codec : compressing_codecs) {
    Buffer compressed = *compress(codec, Buffer(100'000));
    DecompressLimits exact{.max_bytes = 100'000, .max_ratio = 1, .ratio_free_bytes = 100'000};
    EXPECT_TRUE(decompress(codec, compressed, exact)) << name_of(codec);
    exact.max_bytes = 99'999;
    EXPECT_EQ(decompress(codec, compressed, exact).error().code, Errc::limit_exceeded)
        << name_of(codec);
  }
}

TEST(Decompressor, counts_the_ratio_only_above_the_free_size) {
  DecompressLimits limits{.max_bytes = 1000, .max_ratio = 10, .ratio_free_bytes = 200};
  EXPECT_EQ(limits.allowed_for(1), 200u);
  EXPECT_EQ(limits.allowed_for(20), 200u);
  EXPECT_EQ(limits.allowed_for(21), 210u);
  EXPECT_EQ(limits.allowed_for(100), 1000u);
  EXPECT_EQ(limits.allowed_for(SIZE_MAX), 1000u);
  EXPECT_EQ(DecompressLimits{.max_ratio = 0}.allowed_for(100), 16 * mebibyte);
}

TEST(Decompressor, refuses_a_snappy_block_that_announces_what_it_cannot_hold) {
  // Raw snappy: 1 GiB announced, in 6 bytes.
  Buffer liar = to_buffer(as_bytes(std::string_view("\x80\x80\x80\x80\x04\x00", 6)));
  EXPECT_EQ(decompress(Codec::snappy, liar).error().code, Errc::corrupt);
}

TEST(Decompressor, delivers_the_same_bytes_in_pieces) {
  Buffer raw(300'000);
  for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = static_cast<std::byte>(i * i >> 7);
  Decompressor decompressor;
  for (auto codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    Buffer compressed = *compress(codec, raw);
    Buffer joined;
    ASSERT_TRUE(decompressor.open(codec, compressed));
    for (;;) {
      auto piece = decompressor.next();
      ASSERT_TRUE(piece);
      if (piece->empty()) break;
      joined.insert(joined.end(), piece->begin(), piece->end());
    }
    EXPECT_TRUE(joined == raw) << name_of(codec);
  }
}

TEST(Decompressor, works_again_after_an_error) {
  Decompressor decompressor;
  for (auto codec : compressing_codecs) {
    Buffer compressed = *compress(codec, as_bytes("all is well, all is well, all is well"));
    EXPECT_FALSE(decompressor.all(codec, Bytes(compressed).first(compressed.size() - 1)));
    auto opened = decompressor.all(codec, compressed);
    ASSERT_TRUE(opened) << name_of(codec);
    EXPECT_EQ(as_text(*opened), "all is well, all is well, all is well");
  }
}

}  // namespace
}  // namespace millrace::record
