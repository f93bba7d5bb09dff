#pragma once

#include <gmock/gmock.h>

#include "wire/all_messages.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/fill_for_test.h"

namespace millrace::wire {

// Invariants checked, for every message at every version, over seeded random instances:
// - what is decoded equals what was encoded, and uses the last byte;
// - no prefix of the bytes decodes, and none reads outside (ASan);
// - a byte changed at random gives a message or an error, never more.

inline constexpr uint64_t round_trip_seeds = 25;

template <class M>
Buffer encoded(const M& m, Version version) {
  Encoded out;
  EXPECT_TRUE(encode(m, version, out).has_value()) << M::message.name;
  EXPECT_TRUE(out.gaps.empty());
  return out.bytes;
}

template <class M>
void comes_back(uint64_t seed, Version version) {
  SCOPED_TRACE(std::string(M::message.name) + " v" + std::to_string(version) + ", seed " +
               std::to_string(seed));
  Fill fill(seed, version);
  const M sent = fill.make<M>();
  const Buffer bytes = encoded(sent, version);

  const auto got = decode<M>(bytes, version);

  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_TRUE(*got == sent);
}

template <class M>
void refuses_what_is_cut_or_changed(uint64_t seed, Version version) {
  SCOPED_TRACE(std::string(M::message.name) + " v" + std::to_string(version));
  Fill fill(seed, version);
  Buffer bytes = encoded(fill.make<M>(), version);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Buffer cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_FALSE(decode<M>(cut, version).has_value()) << size << " of " << bytes.size();
  }
  std::mt19937_64 random(seed);
  for (int i = 0; i < 200 && !bytes.empty(); ++i) {
    Buffer changed = bytes;
    changed[random() % changed.size()] = static_cast<std::byte>(random());
    static_cast<void>(decode<M>(changed, version));
  }
  bytes.push_back(std::byte{0});
  EXPECT_FALSE(decode<M>(bytes, version).has_value()) << "one byte too many";
}

template <class M>
void all_versions() {
  for (Version v = M::message.versions.min; v <= M::message.versions.max; ++v) {
    for (uint64_t seed = 0; seed < round_trip_seeds; ++seed) comes_back<M>(seed, v);
    refuses_what_is_cut_or_changed<M>(1, v);
  }
}

template <class... M>
void round_trip_each(Messages<M...>) {
  (all_versions<M>(), ...);
}

}  // namespace millrace::wire
