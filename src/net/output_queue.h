#pragma once

#include <deque>

#include "broker/request_handler.h"

namespace millrace::net {

/// The bytes a connection still has to send, in order: memory by gathered sends, file ranges by
/// sendfile. Never waits: a full socket is an answer, not an error.
class OutputQueue {
 public:
  enum class Progress : uint8_t {
    drained,      ///< everything has been handed to the kernel
    would_block,  ///< the socket is full: wait until it is writable, then call again
    budget,       ///< `send_budget_bytes` were sent in this call: let others run, then call again
  };
  struct Sent {
    Progress progress = Progress::drained;
    size_t bytes = 0;
  };

  void push(std::vector<broker::Piece> pieces);
  bool empty() const { return pieces_.empty(); }
  /// Bytes not yet handed to the kernel.
  size_t size_bytes() const { return size_bytes_; }

  /// Sends what `socket` (a non-blocking stream) takes. Errors: unavailable when the peer is gone,
  /// io_error when a file range cannot be read.
  Result<Sent> send_some(int socket);

 private:
  Result<size_t> send_buffers(int socket);
  Result<size_t> send_file(int socket);
  Result<void> load_slice();
  void consume(size_t bytes);

  std::deque<broker::Piece> pieces_;
  size_t front_sent_ = 0;  ///< bytes of the first piece that are sent already
  size_t size_bytes_ = 0;
};

}  // namespace millrace::net
