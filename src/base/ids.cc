#include "base/ids.h"

#include <sys/random.h>

#include "base/assert.h"

namespace millrace {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

Uuid Uuid::random() {
  for (;;) {
    std::array<uint8_t, 16> bytes;
    // getrandom never gives less than asked for up to 256 bytes once the pool is seeded.
    MR_ASSERT(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
    Uuid id(bytes);
    if (id.text().front() != '-') return id;
  }
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 22) return std::nullopt;
  std::array<uint8_t, 16> bytes{};
  uint32_t bits = 0;
  int held = 0;
  std::size_t at = 0;
  for (char c : text) {
    auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(digit);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = static_cast<uint8_t>(bits >> held);
    }
  }
  if ((bits & 0x0f) != 0) return std::nullopt;  // 22 digits hold 132 bits; the last 4 are zero
  return Uuid(bytes);
}

std::string Uuid::text() const {
  std::string out;
  out.reserve(22);
  uint32_t bits = 0;
  int held = 0;
  for (uint8_t byte : bytes_) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 6) {
      held -= 6;
      out.push_back(alphabet[(bits >> held) & 0x3f]);
    }
  }
  out.push_back(alphabet[(bits << (6 - held)) & 0x3f]);
  return out;
}

}  // namespace millrace
