#include "wire/encode.h"

#include "base/assert.h"

namespace millrace::wire {

void Encoder::uvarint(uint32_t value) {
  while (value >= 0x80) {
    integer(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  integer(static_cast<uint8_t>(value));
}

void Encoder::raw(Bytes bytes) {
  if (!bytes.empty()) std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
}

void Encoder::classic_string(const std::optional<std::string>& value) {
  if (!value) return integer<int16_t>(-1);
  if (value->size() > 0x7fff) return fail();
  integer(static_cast<int16_t>(value->size()));
  raw(as_bytes(*value));
}

void Encoder::write_body(const Records& value) {
  raw(value.bytes);
  if (value.bytes.empty() && value.elsewhere > 0) {
    out_.gaps.push_back({.position = out_.bytes.size(), .size = value.elsewhere});
  }
}

std::byte* Encoder::grow(size_t size) {
  out_.bytes.resize(out_.bytes.size() + size);
  return out_.bytes.data() + out_.bytes.size() - size;
}

void Encoder::open_tags() {
  if (tags_.open) return;
  tags_ = {.count_at = out_.bytes.size(), .open = true};
  integer<uint8_t>(0);
}

void Encoder::count_tag() {
  std::byte& count = out_.bytes[tags_.count_at];
  MR_ASSERT(count < std::byte{0x7f});  // else the count would take a second byte
  count = static_cast<std::byte>(static_cast<uint8_t>(count) + 1);
}

void Encoder::insert_size(size_t start) {
  MR_ASSERT(out_.gaps.empty() || out_.gaps.back().position < start);  // no Records in tagged fields
  Encoded size;
  Encoder(size, version_, flexible_).uvarint(static_cast<uint32_t>(out_.bytes.size() - start));
  out_.bytes.insert(out_.bytes.begin() + static_cast<ptrdiff_t>(start), size.bytes.begin(),
                    size.bytes.end());
}

void Encoder::fail() {
  if (ok()) too_long_ = name_;
}

}  // namespace millrace::wire
