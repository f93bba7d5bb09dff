#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <random>

namespace millrace {
namespace {

// The definition, bit by bit: what the fast one is compared with.
uint32_t slow_crc32c(Bytes bytes) {
  uint32_t crc = ~0u;
  for (auto byte : bytes) {
    crc ^= static_cast<uint32_t>(byte);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78u : 0u);
  }
  return ~crc;
}

TEST(Crc32c, gives_the_published_check_value) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283u);
  EXPECT_EQ(crc32c({}), 0u);
}

TEST(Crc32c, equals_the_definition_at_every_length_and_alignment) {
  std::mt19937 random(7);
  Buffer data(600);
  for (auto& byte : data) byte = static_cast<std::byte>(random());
  for (std::size_t start = 0; start < 9; ++start) {
    for (std::size_t length = 0; length < 500; length += 7) {
      Bytes piece = Bytes(data).subspan(start, length);
      EXPECT_EQ(crc32c(piece), slow_crc32c(piece));
    }
  }
}

TEST(Crc32c, continues_from_a_seed) {
  auto whole = as_bytes("streams of records");
  EXPECT_EQ(crc32c(whole.subspan(7), crc32c(whole.first(7))), crc32c(whole));
}

}  // namespace
}  // namespace millrace
