#include "record/compression.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zlib.h>

#include <random>
#include <string>

#include "record/fixtures/fixtures.h"

namespace millrace::record {
namespace {

constexpr Codec all_codecs[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

Buffer random_bytes(std::size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  Buffer bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

/// Words from a small dictionary: what codecs are made for.
Buffer compressible_bytes(std::size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) text += "user-" + std::to_string(random() % 50) + " paid; ";
  return to_buffer(as_bytes(text).first(size));
}

TEST(Compression, opens_what_pythons_codecs_make) {
  Buffer text = fixture_text();
  auto fixtures = read_fixtures("codecs.hex");
  ASSERT_GE(fixtures.size(), 16u);
  for (const auto& [name, compressed] : fixtures) {
    auto codec = codec_named(name.substr(0, name.find(' ')));
    ASSERT_TRUE(codec) << name;
    auto opened = decompress(*codec, compressed);
    ASSERT_TRUE(opened) << name << ": " << opened.error().message();
    EXPECT_TRUE(*opened == text) << name;
  }
}

TEST(Compression, goes_there_and_back_at_every_level_and_size) {
  for (auto codec : all_codecs) {
    auto levels = levels_of(codec);
    for (int level = std::max(levels.min, -3); level <= levels.max; ++level) {
      for (std::size_t size : {0, 1, 100, 32 << 10, (32 << 10) + 1, 100'000}) {
        for (const auto& raw : {random_bytes(size, 1), compressible_bytes(size, 2)}) {
          auto compressed = compress(codec, raw, level);
          ASSERT_TRUE(compressed) << compressed.error().message();
          auto opened = decompress(codec, *compressed);
          ASSERT_TRUE(opened) << name_of(codec) << level << ": " << opened.error().message();
          EXPECT_TRUE(*opened == raw) << name_of(codec) << " level " << level << " size " << size;
        }
      }
    }
  }
}

TEST(Compression, refuses_levels_and_codecs_that_do_not_exist) {
  for (auto codec : all_codecs) {
    auto levels = levels_of(codec);
    EXPECT_EQ(compress(codec, {}, levels.min - 1).error().code, Errc::invalid_argument);
    EXPECT_EQ(compress(codec, {}, levels.max + 1).error().code, Errc::invalid_argument);
  }
  EXPECT_EQ(compress(static_cast<Codec>(6), {}).error().code, Errc::unsupported);
  EXPECT_EQ(decompress(static_cast<Codec>(6), {}).error().code, Errc::unsupported);
}

/// zlib's own opinion of one gzip member.
Buffer opened_by_zlib(Bytes compressed, std::size_t size_max) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  Buffer out(size_max + 1);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

RC_GTEST_PROP(Compression, makes_gzip_that_zlib_opens, ()) {
  auto size = *rc::gen::inRange<std::size_t>(0, 150'000);
  auto seed = *rc::gen::arbitrary<uint32_t>();
  Buffer raw = compressible_bytes(size, seed);
  auto level = *rc::gen::inRange(1, 10);
  RC_ASSERT(opened_by_zlib(*compress(Codec::gzip, raw, level), size) == raw);
}

RC_GTEST_PROP(Compression, goes_there_and_back_with_any_bytes, (std::string text)) {
  for (auto codec : all_codecs) {
    RC_ASSERT(*decompress(codec, *compress(codec, as_bytes(text))) == to_buffer(as_bytes(text)));
  }
}

TEST(Compression, refuses_data_that_is_cut_at_any_byte) {
  Buffer raw = compressible_bytes(3000, 3);
  for (auto codec : {Codec::gzip, Codec::lz4, Codec::zstd}) {
    Buffer compressed = *compress(codec, raw);
    for (std::size_t size = 0; size < compressed.size(); ++size) {
      auto opened = decompress(codec, Bytes(compressed).first(size));
      ASSERT_FALSE(opened) << name_of(codec) << " cut at " << size;
      EXPECT_EQ(opened.error().code, Errc::corrupt);
    }
  }
}

// Snappy's framing has no end mark: a cut between blocks shows only in the count of records.
TEST(Compression, opens_no_more_of_cut_snappy_than_its_whole_blocks) {
  Buffer raw = compressible_bytes(66'000, 3);
  Buffer compressed = *compress(Codec::snappy, raw);
  int sound = 0;
  for (std::size_t size = 16; size < compressed.size(); ++size) {
    auto opened = decompress(Codec::snappy, Bytes(compressed).first(size));
    if (!opened) continue;
    ++sound;
    EXPECT_EQ(opened->size() % (32 << 10), 0u) << "cut at " << size;
    EXPECT_TRUE(std::equal(opened->begin(), opened->end(), raw.begin()));
  }
  EXPECT_EQ(sound, 3);  // none, one or two blocks
}

TEST(Compression, survives_each_flipped_bit) {
  Buffer raw = compressible_bytes(2000, 4);
  for (auto codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    Buffer compressed = *compress(codec, raw);
    for (std::size_t bit = 0; bit < compressed.size() * 8; ++bit) {
      auto mask = static_cast<std::byte>(1 << (bit % 8));
      compressed[bit / 8] ^= mask;
      auto opened = decompress(codec, compressed);
      if (!opened) {
        EXPECT_NE(opened.error().code, Errc::failed) << opened.error().message();
      }
      compressed[bit / 8] ^= mask;
    }
  }
}

TEST(Compression, refuses_bytes_after_a_gzip_member_or_an_lz4_frame) {
  for (auto codec : {Codec::gzip, Codec::lz4}) {
    Buffer compressed = *compress(codec, as_bytes("sound so far"));
    for (auto byte : {0x00, 0x1f, 0xff}) {
      Buffer longer = compressed;
      longer.push_back(static_cast<std::byte>(byte));
      EXPECT_EQ(decompress(codec, longer).error().code, Errc::corrupt);
    }
  }
}

}  // namespace
}  // namespace millrace::record
