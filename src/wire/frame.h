#pragma once

#include "wire/api_key.h"
#include "wire/decode.h"
#include "wire/encode.h"

/// What stands before a message on a connection:
///
///   frame    := length:int32 header body            the length does not count itself
///   request  header := key:int16 version:int16 correlation:int32 [client_id] [tagged fields]
///   response header := correlation:int32 [tagged fields]
///
/// Request header v0 lacks the client id (ControlledShutdown v0 alone uses it), v1 has it, v2 adds
/// tagged fields. Response header v0 is the bare id, v1 adds tagged fields.
namespace millrace::wire {

inline constexpr size_t frame_prefix_size = 4;

/// Length of the frame that these four bytes announce. Errors: corrupt (negative or beyond
/// `size_max`; the peer speaks something else, and the connection cannot be resynchronised).
Result<size_t> frame_size(std::span<const std::byte, frame_prefix_size> prefix, size_t size_max);

int request_header_version(ApiKey key, Version version);
/// 0 for every version of ApiVersions: its client does not know yet what the broker speaks
/// (KIP-511).
int response_header_version(ApiKey key, Version version);

struct RequestHeader {
  ApiKey api_key{};
  Version api_version = 0;
  int32_t correlation_id = 0;
  std::optional<std::string> client_id;
  /// Bytes the header took: the body follows. Filled by decoding, not encoded.
  size_t size = 0;
};

/// Reads the header of `frame` (without its length prefix). The key and version are as sent, known
/// or not: of an unknown key, only key, version and correlation id are read.
Result<RequestHeader> decode_request_header(Bytes frame);

struct ResponseHeader {
  int32_t correlation_id = 0;
  size_t size = 0;
};
Result<ResponseHeader> decode_response_header(ApiKey key, Version version, Bytes frame);

void encode_request_header(const RequestHeader& header, Encoded& out);
void encode_response_header(ApiKey key, Version version, int32_t correlation_id, Encoded& out);

/// Leaves room for the length of a frame that starts with `out`, which is empty.
void begin_frame(Encoded& out);
/// Writes the length, gaps included. Errors: limit_exceeded (a frame holds at most 2 GiB − 1).
Result<void> finish_frame(Encoded& out);

/// A whole frame that answers a Request of `version`, ready to be sent.
template <class Request>
Result<Encoded> response_frame(const typename Request::Response& response, Version version,
                               int32_t correlation_id) {
  Encoded out;
  begin_frame(out);
  encode_response_header(ApiKey{Request::message.key}, version, correlation_id, out);
  MR_TRY(encode(response, version, out));
  MR_TRY(finish_frame(out));
  return out;
}

/// A whole frame that asks `request`, for tests and tools that speak to a broker themselves.
template <class Request>
Result<Encoded> request_frame(const Request& request, Version version, int32_t correlation_id,
                              std::optional<std::string> client_id) {
  Encoded out;
  begin_frame(out);
  encode_request_header({.api_key = ApiKey{Request::message.key},
                         .api_version = version,
                         .correlation_id = correlation_id,
                         .client_id = std::move(client_id)},
                        out);
  MR_TRY(encode(request, version, out));
  MR_TRY(finish_frame(out));
  return out;
}

}  // namespace millrace::wire
