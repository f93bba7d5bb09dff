#include "wire/frame.h"

#include <limits>

#include "base/assert.h"

namespace millrace::wire {

Result<size_t> frame_size(std::span<const std::byte, frame_prefix_size> prefix, size_t size_max) {
  const auto size = load_be<int32_t>(prefix.data());
  if (size < 0 || static_cast<size_t>(size) > size_max) {
    return fail(Errc::corrupt, "frame of " + std::to_string(size) + " bytes; at most " +
                                   std::to_string(size_max) + " are taken");
  }
  return static_cast<size_t>(size);
}

int request_header_version(ApiKey key, Version version) {
  if (key == ApiKey::controlled_shutdown && version == 0) return 0;
  return version >= flexible_from(key) ? 2 : 1;
}

int response_header_version(ApiKey key, Version version) {
  if (key == ApiKey::api_versions) return 0;
  return version >= flexible_from(key) ? 1 : 0;
}

Result<RequestHeader> decode_request_header(Bytes frame) {
  RequestHeader header;
  Decoder in(frame, 0, false);
  header.api_key = ApiKey{in.integer<int16_t>()};
  header.api_version = in.integer<int16_t>();
  header.correlation_id = in.integer<int32_t>();
  if (name_of(header.api_key) != name_of(ApiKey{-1})) {
    const int version = request_header_version(header.api_key, header.api_version);
    if (version >= 1) header.client_id = in.classic_string();
    if (version >= 2) in.skip_tags();
  }
  if (!in.ok()) return fail(Errc::corrupt, "request header, " + in.error());
  header.size = in.position();
  return header;
}

Result<ResponseHeader> decode_response_header(ApiKey key, Version version, Bytes frame) {
  ResponseHeader header;
  Decoder in(frame, 0, false);
  header.correlation_id = in.integer<int32_t>();
  if (response_header_version(key, version) >= 1) in.skip_tags();
  if (!in.ok()) return fail(Errc::corrupt, "response header, " + in.error());
  header.size = in.position();
  return header;
}

void encode_request_header(const RequestHeader& header, Encoded& out) {
  const int version = request_header_version(header.api_key, header.api_version);
  Encoder to(out, 0, false);
  to.integer(to_number(header.api_key));
  to.integer(header.api_version);
  to.integer(header.correlation_id);
  if (version >= 1) to.classic_string(header.client_id);
  if (version >= 2) to.uvarint(0);
}

void encode_response_header(ApiKey key, Version version, int32_t correlation_id, Encoded& out) {
  Encoder to(out, 0, false);
  to.integer(correlation_id);
  if (response_header_version(key, version) >= 1) to.uvarint(0);
}

void begin_frame(Encoded& out) {
  MR_ASSERT(out.bytes.empty());
  out.bytes.resize(frame_prefix_size);
}

Result<void> finish_frame(Encoded& out) {
  const size_t size = out.size() - frame_prefix_size;
  if (size > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    return fail(Errc::limit_exceeded, "frame of " + std::to_string(size) + " bytes");
  }
  store_be(out.bytes.data(), static_cast<int32_t>(size));
  return {};
}

}  // namespace millrace::wire
