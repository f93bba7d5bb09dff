#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "broker/address.h"
#include "storage/log.h"

/// The seam between net/ and the broker: whole frames in, lists of pieces out.
namespace millrace::broker {

/// What a handler may know about the connection a request came on. Immutable.
struct ConnectionInfo {
  uint64_t id = 0;
  Address local;          ///< the address the client reached; IPv4 also when v4-mapped
  std::string peer_host;  ///< as DescribeGroups shows it
};

/// Part of a reply: bytes in memory, or a range of a log file for sendfile.
using Piece = std::variant<Buffer, storage::FileSlice>;

struct Reply {
  std::vector<Piece> pieces;  ///< with the frame's length in front; none = nothing is sent
  std::string close_because;  ///< not empty: nothing is sent and the connection is closed
};

using ReplyCallback = std::function<void(Reply)>;

/// The first bytes of a request, looked at before the rest is read.
struct FramePrefix {
  int16_t api_key = 0;
  int16_t api_version = 0;
  size_t frame_bytes = 0;      ///< as announced, without the length field itself
  bool first_request = false;  ///< nothing valid has come on this connection yet
};

class RequestHandler {
 public:
  virtual ~RequestHandler() = default;

  /// Whether the rest of such a frame is worth reading; an error says why the connection is to
  /// be closed. Thread-safe, does not wait.
  virtual Result<void> admit(const FramePrefix& prefix) const = 0;

  /// Answers one request frame (without its length field). Called on the thread of `shard`;
  /// `reply` is called once, on the same thread, now or later.
  virtual void handle(size_t shard, std::shared_ptr<const ConnectionInfo> connection, Buffer frame,
                      ReplyCallback reply) = 0;
};

}  // namespace millrace::broker
