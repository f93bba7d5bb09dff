#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "base/time.h"
#include "broker/request_handler.h"
#include "net/output_queue.h"
#include "net/throttled_log.h"

/// Included by net/ only: Asio's headers stop here.
namespace millrace::net {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

struct ConnectionLimits {
  size_t frame_bytes_max = 100 << 20;      ///< socket.request.max.bytes
  size_t in_flight_max = 64;               ///< requests read and not yet answered
  size_t output_bytes_max = 64 << 20;      ///< replies waiting to be sent stop the reading
  Milliseconds first_request_max{30'000};  ///< from accept to the first whole request
  Milliseconds frame_max{30'000};          ///< from a frame's first byte to its last
  Milliseconds idle_max{600'000};          ///< connections.max.idle.ms
  Milliseconds write_stall_max{30'000};    ///< a peer that takes no byte for so long is gone
};

/// One client: read length and prefix -> read body -> hand to the broker -> queue replies in the
/// order of their requests -> send -> ... Several requests may be in flight. Lives on the thread
/// of its shard; kept alive by its pending operations.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Deps {
    broker::RequestHandler& handler;
    size_t shard;
    const ConnectionLimits& limits;
    const Clock& clock;
    ThrottledLog& log;
    std::function<void()> on_closed;
  };

  Connection(Socket socket, uint64_t id, Deps deps);

  void start();
  /// Reads no further request; closes when the last reply has been sent.
  void drain();
  void close();
  /// Closes when one of the time limits has passed. To be called every now and then.
  void check_deadlines(MonoTime now);

 private:
  struct Pending {
    std::optional<broker::Reply> reply;
  };

  // Reading, in this order.
  void read();
  void on_read(boost::system::error_code error, size_t bytes);
  bool take_frames();
  bool begin_frame();
  void dispatch(Buffer frame);

  // Answering.
  void on_reply(uint64_t sequence, broker::Reply reply);
  void send();
  void resume_reading();
  void on_writable(boost::system::error_code error);

  bool may_read() const;
  void refuse(std::string_view why);

  std::optional<Socket> socket_;  ///< gone once closed: it must not outlive its loop
  Deps deps_;
  std::shared_ptr<const broker::ConnectionInfo> info_;

  // Input: bytes of a frame are read straight into it; only what came with its prefix is copied.
  Buffer staging_;
  size_t staged_ = 0;
  std::optional<size_t> frame_bytes_;  ///< announced length of the frame being read
  Buffer frame_;                       ///< grows with the bytes received, never with the length
  size_t frame_have_ = 0;
  bool reading_ = false;
  bool taking_frames_ = false;
  bool seen_request_ = false;

  // Output.
  std::deque<Pending> pending_;
  uint64_t first_pending_ = 0;  ///< sequence number of pending_.front()
  OutputQueue output_;
  bool waiting_writable_ = false;

  bool draining_ = false;
  bool closed_ = false;
  MonoTime opened_at_;
  MonoTime last_activity_;
  MonoTime frame_started_;
  MonoTime last_write_progress_;
};

}  // namespace millrace::net
