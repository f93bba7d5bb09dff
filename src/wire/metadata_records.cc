#include "wire/metadata_records.h"

#include <limits>

namespace millrace::wire {

namespace {
constexpr uint32_t frame_version = 1;
constexpr uint32_t number_max = std::numeric_limits<int16_t>::max();
}  // namespace

Result<MetadataRecordHeader> decode_metadata_header(Bytes value) {
  Decoder in(value, 0, true);
  const uint32_t frame = in.uvarint();
  const uint32_t type = in.uvarint();
  const uint32_t version = in.uvarint();
  if (!in.ok()) return fail(Errc::corrupt, "metadata record, " + in.error());
  if (frame != frame_version) {
    return fail(Errc::unsupported, "metadata record of frame version " + std::to_string(frame));
  }
  if (type > number_max || version > number_max) {
    return fail(Errc::corrupt, "metadata record of type " + std::to_string(type) + ", version " +
                                   std::to_string(version));
  }
  return MetadataRecordHeader{.type = static_cast<int16_t>(type),
                              .version = static_cast<Version>(version),
                              .size = in.position()};
}

void encode_metadata_header(int16_t type, Version version, Encoded& out) {
  Encoder to(out, 0, true);
  to.uvarint(frame_version);
  to.uvarint(static_cast<uint32_t>(type));
  to.uvarint(static_cast<uint32_t>(version));
}

}  // namespace millrace::wire
