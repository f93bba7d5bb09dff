#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "wire/frame.h"

namespace millrace::net {

/// A client that sends whatever bytes a test likes.
class RawClient {
 public:
  explicit RawClient(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    timeval limit{.tv_sec = 20, .tv_usec = 0};  // a hang fails the test, nothing waits for it
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the peer has closed.
  bool send(Bytes bytes) {
    while (!bytes.empty()) {
      auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes = bytes.subspan(static_cast<size_t>(n));
    }
    return true;
  }
  template <class Request>
  void send(const Request& request, wire::Version version, int32_t correlation_id) {
    auto frame = wire::request_frame(request, version, correlation_id, "raw");
    ASSERT_TRUE(frame);
    EXPECT_TRUE(send(frame->bytes));
  }

  /// The next frame without its length; nothing when the peer has closed.
  std::optional<Buffer> receive() {
    Buffer prefix(4);
    if (!read_all(prefix)) return std::nullopt;
    Buffer frame(static_cast<size_t>(load_be<int32_t>(prefix.data())));
    if (!read_all(frame)) return std::nullopt;
    return frame;
  }
  int32_t receive_correlation_id() {
    auto frame = receive();
    return frame ? load_be<int32_t>(frame->data()) : -1;
  }
  bool is_closed_by_peer() { return !receive(); }
  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

 private:
  bool read_all(MutableBytes into) {
    while (!into.empty()) {
      auto n = ::recv(socket_, into.data(), into.size(), 0);
      EXPECT_TRUE(n >= 0 || errno == ECONNRESET) << "nothing came";
      if (n <= 0) return false;
      into = into.subspan(static_cast<size_t>(n));
    }
    return true;
  }

  int socket_;
};

}  // namespace millrace::net
