#include "broker/error_map.h"

namespace millrace::broker {

using wire::ErrorCode;

ErrorCode error_code_of(const Error& error) {
  switch (error.code) {
    case Errc::invalid_argument:
      return ErrorCode::invalid_request;
    case Errc::not_found:
      return ErrorCode::unknown_topic_or_partition;
    case Errc::already_exists:
      return ErrorCode::topic_already_exists;
    case Errc::corrupt:
      return ErrorCode::corrupt_message;
    case Errc::unsupported:
      return ErrorCode::unsupported_for_message_format;
    case Errc::out_of_range:
      return ErrorCode::offset_out_of_range;
    case Errc::limit_exceeded:
      return ErrorCode::message_too_large;
    // The log cannot take more; clients retry, and on another error they are told at once.
    case Errc::io_error:
    case Errc::no_space:
    case Errc::permission_denied:
      return ErrorCode::kafka_storage_error;
    case Errc::busy:
    case Errc::unavailable:
      return ErrorCode::leader_not_available;
    case Errc::timed_out:
      return ErrorCode::request_timed_out;
    case Errc::cancelled:
      return ErrorCode::not_leader_or_follower;
    case Errc::out_of_order:
      return ErrorCode::out_of_order_sequence_number;
    case Errc::duplicate:
      return ErrorCode::duplicate_sequence_number;
    case Errc::fenced:
      return ErrorCode::invalid_producer_epoch;
    case Errc::failed:
      return ErrorCode::unknown_server_error;
  }
  return ErrorCode::unknown_server_error;
}

}  // namespace millrace::broker
