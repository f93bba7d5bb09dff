#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "broker/api_meter.h"
#include "broker/request_handler.h"
#include "broker/shard.h"
#include "wire/frame.h"

/// How a handler is written: a plain function in handlers/<name>.cc, either
///
///   Response handle(const Call&, const Request&);                       answers at once
///   void handle(const Call&, Request, Responder<Request>);              answers now or later
///
/// and a line in handlers/table.cc. Old versions are normalised at the handler's top; the answer
/// is encoded in the version of the request by the walk of the message.
namespace millrace::broker {

class Broker;

/// One request on its way, on the shard of its connection ("home").
struct Call {
  Broker& broker;
  Shard& home;
  std::shared_ptr<const ConnectionInfo> connection;
  wire::RequestHeader header;
  std::shared_ptr<Buffer> frame;  ///< Records of the request point into it

  wire::Version version() const { return header.api_version; }
  std::string client_id() const { return header.client_id.value_or(""); }
};

/// The frame's bytes with file slices in its gaps.
std::vector<Piece> to_pieces(wire::Encoded encoded, std::vector<storage::FileSlice> slices);

/// Answers one request, once, on its home shard. Cheap to copy.
template <class Request>
class Responder {
 public:
  using Response = typename Request::Response;

  Responder(const Call& call, ApiMeter& meter, ReplyCallback reply)
      : version_(call.version()),
        correlation_id_(call.header.correlation_id),
        meter_(&meter),
        clock_(&call.home.context().clock),
        started_(clock_->mono_now()),
        reply_(std::move(reply)) {}

  /// `slices` are what the response's Records with `elsewhere` > 0 stand for, in their order.
  void operator()(const Response& response, std::vector<storage::FileSlice> slices = {}) const {
    count(first_error(response));
    auto frame = wire::response_frame<Request>(response, version_, correlation_id_);
    if (!frame) return reply_({.pieces = {}, .close_because = frame.error().context});
    reply_({.pieces = to_pieces(*std::move(frame), std::move(slices)), .close_because = {}});
  }
  /// The client wants no answer (acks = 0).
  void nothing() const {
    count(wire::ErrorCode::none);
    reply_({});
  }
  /// The protocol has no way to say it.
  void close(std::string why) const {
    count(wire::ErrorCode::network_exception);
    reply_({.pieces = {}, .close_because = std::move(why)});
  }

 private:
  void count(wire::ErrorCode error) const { meter_->count(error, clock_->mono_now() - started_); }

  wire::Version version_;
  int32_t correlation_id_;
  ApiMeter* meter_;
  const Clock* clock_;
  MonoTime started_;
  ReplyCallback reply_;
};

/// A line of the table of what is served.
struct Api {
  wire::ApiKey key;
  wire::VersionRange served;
  /// Lower than `served.min` where clients must see a version that is then refused: with a Produce
  /// minimum above 0 old librdkafka stops compressing (KAFKA-18659).
  wire::Version advertised_min;
  void (*handle)(Call call, ApiMeter& meter, ReplyCallback reply);
};

namespace detail {

template <class Request, auto handler>
void handle_as(Call call, ApiMeter& meter, ReplyCallback reply) {
  auto body = Bytes(*call.frame).subspan(call.header.size);
  auto request = wire::decode<Request>(body, call.version(), {.ignore_trailing = true});
  if (!request) return reply({.pieces = {}, .close_because = request.error().context});
  Responder<Request> responder(call, meter, std::move(reply));
  if constexpr (std::is_invocable_v<decltype(handler), const Call&, const Request&>) {
    responder(handler(call, *request));
  } else {
    handler(call, *std::move(request), std::move(responder));
  }
}

}  // namespace detail

template <class Request, auto handler>
Api api_of(wire::VersionRange served, wire::Version advertised_min) {
  return {wire::ApiKey{Request::message.key}, served, advertised_min,
          detail::handle_as<Request, handler>};
}
template <class Request, auto handler>
Api api_of(wire::VersionRange served) {
  return api_of<Request, handler>(served, served.min);
}

}  // namespace millrace::broker
