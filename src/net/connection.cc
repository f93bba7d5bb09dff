#include "net/connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include "base/assert.h"

namespace millrace::net {

namespace asio = boost::asio;

namespace {

constexpr size_t length_bytes = 4;
constexpr size_t prefix_bytes = length_bytes + 2 + 2;  // length, API key, API version
constexpr size_t header_bytes_min = 2 + 2 + 4;         // key, version, correlation id
constexpr size_t staging_bytes = 8 << 10;
constexpr size_t body_chunk_bytes = 64 << 10;

std::string host_of(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

std::shared_ptr<const broker::ConnectionInfo> describe(const Socket& socket, uint64_t id) {
  auto info = std::make_shared<broker::ConnectionInfo>();
  info->id = id;
  boost::system::error_code error;
  auto local = socket.local_endpoint(error);
  if (!error) info->local = {host_of(local.address()), local.port()};
  auto peer = socket.remote_endpoint(error);
  if (!error) info->peer_host = host_of(peer.address());
  return info;
}

}  // namespace

Connection::Connection(Socket socket, uint64_t id, Deps deps)
    : socket_(std::move(socket)),
      deps_(std::move(deps)),
      info_(describe(*socket_, id)),
      staging_(staging_bytes),
      opened_at_(deps_.clock.mono_now()),
      last_activity_(opened_at_),
      frame_started_(opened_at_),
      last_write_progress_(opened_at_) {}

void Connection::start() {
  boost::system::error_code error;
  socket_->set_option(asio::ip::tcp::no_delay(true), error);
  if (!error) socket_->non_blocking(true, error);
  if (error) return close();  // the peer has gone already
  read();
}

bool Connection::may_read() const {
  return !closed_ && !draining_ && !reading_ && pending_.size() < deps_.limits.in_flight_max &&
         output_.size_bytes() < deps_.limits.output_bytes_max;
}

void Connection::read() {
  if (!may_read()) return;
  reading_ = true;
  if (frame_bytes_ && frame_have_ == frame_.size()) {
    frame_.resize(std::min(*frame_bytes_, std::max(body_chunk_bytes, 2 * frame_.size())));
  }
  auto room = frame_bytes_ ? asio::buffer(frame_.data() + frame_have_, frame_.size() - frame_have_)
                           : asio::buffer(staging_.data() + staged_, staging_.size() - staged_);
  socket_->async_read_some(
      room, [self = shared_from_this()](auto error, size_t bytes) { self->on_read(error, bytes); });
}

void Connection::on_read(boost::system::error_code error, size_t bytes) {
  reading_ = false;
  if (closed_) return;
  if (error) return close();
  last_activity_ = deps_.clock.mono_now();
  if (frame_bytes_) {
    frame_have_ += bytes;
  } else {
    if (staged_ == 0) frame_started_ = last_activity_;
    staged_ += bytes;
  }
  if (take_frames()) read();
}

/// Hands on every whole frame that has been received. False when the connection was closed.
bool Connection::take_frames() {
  taking_frames_ = true;
  while (!closed_ && !draining_ && pending_.size() < deps_.limits.in_flight_max) {
    if (!frame_bytes_ && !begin_frame()) break;
    if (frame_have_ < *frame_bytes_) break;
    frame_bytes_.reset();
    frame_have_ = 0;
    seen_request_ = true;
    frame_started_ = last_activity_;
    dispatch(std::exchange(frame_, {}));
  }
  taking_frames_ = false;
  if (!closed_ && !output_.empty() && !waiting_writable_) send();
  return !closed_;
}

/// Looks at a frame's prefix and takes over what came with it. False: too little is here, or the
/// frame was refused.
bool Connection::begin_frame() {
  if (staged_ < length_bytes) return false;
  auto announced = load_be<int32_t>(staging_.data());
  if (announced < static_cast<int32_t>(header_bytes_min) ||
      static_cast<size_t>(announced) > deps_.limits.frame_bytes_max) {
    refuse(fmt::format("a frame of {} bytes was announced, {} to {} are allowed", announced,
                       header_bytes_min, deps_.limits.frame_bytes_max));
    return false;
  }
  if (staged_ < prefix_bytes) return false;
  auto length = static_cast<size_t>(announced);
  auto admitted = deps_.handler.admit({.api_key = load_be<int16_t>(&staging_[length_bytes]),
                                       .api_version = load_be<int16_t>(&staging_[length_bytes + 2]),
                                       .frame_bytes = length,
                                       .first_request = !seen_request_});
  if (!admitted) {
    refuse(admitted.error().context);
    return false;
  }
  auto begin = staging_.begin() + length_bytes;
  auto here = std::min(length, staged_ - length_bytes);
  auto end = begin + static_cast<std::ptrdiff_t>(here);
  frame_.assign(begin, end);
  frame_have_ = here;
  frame_bytes_ = length;
  std::copy(end, staging_.begin() + static_cast<std::ptrdiff_t>(staged_), staging_.begin());
  staged_ -= length_bytes + here;
  return true;
}

void Connection::dispatch(Buffer frame) {
  auto sequence = first_pending_ + pending_.size();
  pending_.emplace_back();
  deps_.handler.handle(deps_.shard, info_, std::move(frame),
                       [self = shared_from_this(), sequence](broker::Reply reply) {
                         self->on_reply(sequence, std::move(reply));
                       });
}

void Connection::on_reply(uint64_t sequence, broker::Reply reply) {
  if (closed_) return;
  if (!reply.close_because.empty()) return refuse(reply.close_because);
  MR_ASSERT(sequence >= first_pending_ && sequence < first_pending_ + pending_.size());
  pending_[sequence - first_pending_].reply = std::move(reply);
  last_activity_ = deps_.clock.mono_now();
  bool was_empty = output_.empty();
  while (!pending_.empty() && pending_.front().reply) {
    output_.push(std::move(pending_.front().reply->pieces));
    pending_.pop_front();
    ++first_pending_;
  }
  if (was_empty) last_write_progress_ = last_activity_;
  // Frames that came together are answered together, by one send.
  if (!waiting_writable_ && !taking_frames_) {
    send();
    resume_reading();
  }
}

void Connection::send() {
  auto sent = output_.send_some(socket_->native_handle());
  if (!sent) {
    if (sent.error().code != Errc::unavailable) return refuse(sent.error().context);
    return close();
  }
  if (sent->bytes > 0) last_write_progress_ = last_activity_ = deps_.clock.mono_now();
  if (sent->progress == OutputQueue::Progress::would_block) {
    waiting_writable_ = true;
    socket_->async_wait(Socket::wait_write,
                        [self = shared_from_this()](auto error) { self->on_writable(error); });
  } else if (sent->progress == OutputQueue::Progress::budget) {
    waiting_writable_ = true;
    asio::post(socket_->get_executor(), [self = shared_from_this()] { self->on_writable({}); });
  } else if (draining_ && pending_.empty()) {
    close();
  }
}

/// Frames may be waiting since a limit stopped the reading.
void Connection::resume_reading() {
  if (may_read() && take_frames()) read();
}

void Connection::on_writable(boost::system::error_code error) {
  waiting_writable_ = false;
  if (closed_) return;
  if (error) return close();
  send();
  resume_reading();
}

void Connection::drain() {
  draining_ = true;
  if (pending_.empty() && output_.empty()) close();
}

void Connection::refuse(std::string_view why) {
  if (closed_) return;
  deps_.log.warn("connection closed", kv("peer", info_->peer_host), kv("reason", why));
  close();
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  boost::system::error_code ignored;  // nobody is left to tell
  socket_->shutdown(Socket::shutdown_both, ignored);
  socket_.reset();
  auto on_closed = std::move(deps_.on_closed);
  on_closed();
}

void Connection::check_deadlines(MonoTime now) {
  const auto& limits = deps_.limits;
  bool in_frame = frame_bytes_ || staged_ > 0;
  bool may_wait_for_us = !pending_.empty() || !output_.empty();
  if (!output_.empty() && now - last_write_progress_ > limits.write_stall_max) {
    refuse("the peer takes no bytes");
  } else if (!seen_request_ && now - opened_at_ > limits.first_request_max) {
    refuse("no request came in time");
  } else if (in_frame && reading_ && now - frame_started_ > limits.frame_max) {
    refuse("a request's bytes did not come in time");
  } else if (!may_wait_for_us && now - last_activity_ > limits.idle_max) {
    close();
  }
}

}  // namespace millrace::net
