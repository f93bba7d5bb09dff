#include "wire/decode.h"

#include <algorithm>

namespace millrace::wire {

namespace {
/// Kafka's own limit on a string, in both encodings.
constexpr size_t string_size_max = 0x7fff;
}  // namespace

std::string Decoder::error() const {
  return "field '" + std::string(failed_field_) + "' at byte " + std::to_string(failed_at_) + ": " +
         (ok() ? "no error" : reason_);
}

void Decoder::end() {
  if (ok() && !rest_.empty()) fail("bytes left over after it");
}

uint32_t Decoder::uvarint() {
  uint32_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    const auto byte = integer<uint8_t>();
    if (shift == 28 && byte > 0x0f) break;
    value |= static_cast<uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  fail("varint of more than 32 bits");
  return 0;
}

std::optional<std::string> Decoder::classic_string() {
  const auto size = integer<int16_t>();
  if (size == -1) return std::nullopt;
  std::string value;
  if (size < 0) {
    fail("negative length");
  } else {
    read_body(value, static_cast<size_t>(size));
  }
  return value;
}

void Decoder::read_body(std::string& value, size_t size) {
  if (size > string_size_max) return fail("string longer than 32767 bytes");
  if (const std::byte* from = take(size)) value.assign(as_text({from, size}));
}

void Decoder::read_body(Buffer& value, size_t size) {
  if (const std::byte* from = take(size)) value.assign(from, from + size);
}

void Decoder::read_body(Records& value, size_t size) {
  if (const std::byte* from = take(size)) value.bytes = {from, size};
}

void Decoder::read_uuid(Uuid& value) {
  std::array<uint8_t, 16> bytes{};
  if (const std::byte* from = take(bytes.size())) std::memcpy(bytes.data(), from, bytes.size());
  value = Uuid(bytes);
}

bool Decoder::admit(size_t count, size_t element_size_min) {
  if (!ok()) return false;
  if (count > rest_.size() / element_size_min)
    return fail("count larger than the bytes left"), false;
  if (count > elements_left_) return fail("too many elements in one message"), false;
  elements_left_ -= count;
  return true;
}

const std::byte* Decoder::take(size_t size) {
  if (!ok()) return nullptr;
  if (size > rest_.size()) return fail("ends early"), nullptr;
  const std::byte* from = rest_.data();
  rest_ = rest_.subspan(size);
  return from;
}

void Decoder::open_tags() {
  if (tags_.open) return;
  tags_.open = true;
  const char* last_field = std::exchange(name_, "tagged fields");
  tags_.count = uvarint();
  const Bytes start = rest_;
  for (uint32_t i = 0; i < tags_.count && ok(); ++i) {
    uvarint();
    take(uvarint());
  }
  if (!ok()) return;
  tags_.section = start.first(start.size() - rest_.size());
  name_ = last_field;
}

bool Decoder::find_tag(int tag, Bytes& payload) {
  if (tags_.count == 0 || !ok()) return false;
  // open_tags() has walked the section once, so nothing below can fail.
  const Bytes after = std::exchange(rest_, tags_.section);
  bool found = false;
  for (uint32_t i = 0; i < tags_.count && !found; ++i) {
    found = uvarint() == static_cast<uint32_t>(tag);
    const uint32_t size = uvarint();
    payload = rest_.first(size);
    take(size);
  }
  rest_ = after;
  return found;
}

void Decoder::fail(const char* reason) {
  if (!ok()) return;
  reason_ = reason;
  failed_field_ = name_;
  failed_at_ = rest_.empty() ? whole_.size() : static_cast<size_t>(rest_.data() - whole_.data());
  rest_ = {};
}

}  // namespace millrace::wire
