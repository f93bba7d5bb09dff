#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "http/event_hub.h"

namespace millrace::http {

struct Request {
  std::string_view path;   ///< without the query
  std::string_view query;  ///< after the '?', still percent-encoded
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// Answers GET and HEAD of exactly one path. Called on the server's thread: must be thread-safe
/// towards the rest of the program and must not block.
struct Route {
  std::string path;
  std::function<Response(const Request&)> handle;
};

struct ServerConfig {
  std::string listen = "127.0.0.1:8090";  ///< host:port; port 0 = any free one
  /// There is no authentication, so an address that other machines reach is refused unless this
  /// says that somebody has thought about it.
  bool allow_remote = false;
  std::vector<std::string> host_names = {};  ///< accepted in Host, beside addresses and "localhost"

  size_t max_connections = 64;  ///< one more is answered 503 and closed
  size_t max_event_readers = 32;
  uint32_t max_header_bytes = 8 << 10;
  std::chrono::milliseconds request_timeout{10'000};  ///< idle, or in the middle of a request
  std::chrono::milliseconds write_timeout{30'000};    ///< a peer that does not read
  std::chrono::milliseconds heartbeat{15'000};        ///< on a silent event stream
};

/// A small HTTP/1.1 server for pages, metrics and server-sent events (the hub's, on /events). It
/// changes nothing: only GET and HEAD exist, and a request has no body. Runs one thread of its own.
class Server {
 public:
  /// Listening when this returns. Errors: `invalid_argument` (listen, or a remote address without
  /// `allow_remote`), `busy` (port in use), `permission_denied`, `io_error`; each names --http.
  /// `events` may be null. Waits for nothing but the bind.
  static Result<std::unique_ptr<Server>> start(ServerConfig config, std::vector<Route> routes,
                                               std::shared_ptr<EventHub> events, Logger log);

  /// Closes every connection and joins the thread.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  uint16_t port() const;
  /// "http://127.0.0.1:8090/"
  std::string url() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::http
