#include "http/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "base/text.h"
#include "http/host_check.h"

namespace millrace::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Io = asio::io_context::executor_type;
using Stream = beast::basic_stream<tcp, Io>;
using Socket = asio::basic_stream_socket<tcp, Io>;
using Acceptor = asio::basic_socket_acceptor<tcp, Io>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Io>;
using WireRequest = beast::http::request<beast::http::empty_body>;
using WireResponse = beast::http::response<beast::http::string_body>;

constexpr std::string_view content_policy =
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// What the connections of one server share. Lives on the server's thread.
struct Context {
  ServerConfig config;
  std::vector<Route> routes;
  std::shared_ptr<EventHub> events;
  size_t connections = 0;
  std::vector<std::weak_ptr<class EventReader>> readers;
};

void add_security_headers(auto& message) {
  message.set("Content-Security-Policy", content_policy);
  message.set("X-Content-Type-Options", "nosniff");
  message.set("Referrer-Policy", "no-referrer");
  message.set("Cross-Origin-Resource-Policy", "same-origin");
  message.set(beast::http::field::cache_control, "no-cache");
}

/// One open event stream: writes what the hub has, a comment when it has nothing for a while, and
/// ends when the peer goes away or does not read.
class EventReader : public std::enable_shared_from_this<EventReader> {
 public:
  EventReader(Socket socket, Context& context, std::shared_ptr<void> connection_count,
              std::string_view last_event_id)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        context_(context),
        connection_count_(std::move(connection_count)),
        cursor_(context.events->cursor_after(last_event_id)) {}

  void start() {
    beast::http::response<beast::http::empty_body> head{beast::http::status::ok, 11};
    add_security_headers(head);
    head.set(beast::http::field::content_type, "text/event-stream");
    head.set(beast::http::field::connection, "close");
    std::ostringstream text;
    text << head.base();
    watch_for_close();
    write(text.str() + "retry: 2000\n\n");
    tick();
  }

  /// Something may be new in the hub.
  void wake() {
    if (!writing_ && socket_.is_open()) write(context_.events->read(cursor_));
  }

 private:
  void write(std::string bytes) {
    if (bytes.empty()) return;
    out_ = std::move(bytes);
    writing_ = true;
    last_write_ = std::chrono::steady_clock::now();
    asio::async_write(
        socket_, asio::buffer(out_),
        [self = shared_from_this()](beast::error_code error, size_t) { self->on_written(error); });
  }

  void on_written(beast::error_code error) {
    writing_ = false;
    if (error) return close();
    wake();
  }

  /// Looks four times a heartbeat whether to send one, or to give up on a peer that does not read.
  void tick() {
    timer_.expires_after(context_.config.heartbeat / 4);
    timer_.async_wait([self = shared_from_this()](beast::error_code error) {
      if (!error && self->socket_.is_open()) self->on_tick();
    });
  }

  void on_tick() {
    const auto silent = std::chrono::steady_clock::now() - last_write_;
    if (writing_ && silent > context_.config.write_timeout) return close();
    if (!writing_ && silent >= context_.config.heartbeat) write(": still here\n\n");
    tick();
  }

  /// The peer has nothing to say on this connection, so anything but silence ends it.
  void watch_for_close() {
    socket_.async_read_some(asio::buffer(in_), [self = shared_from_this()](
                                                   beast::error_code, size_t) { self->close(); });
  }

  void close() {
    beast::error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
  }

  Socket socket_;
  Timer timer_;
  Context& context_;
  std::shared_ptr<void> connection_count_;
  EventHub::Cursor cursor_;
  std::string out_;
  std::array<char, 1> in_{};
  bool writing_ = false;
  std::chrono::steady_clock::time_point last_write_;
};

/// One client: read_request -> on_request -> answer -> on_answered -> read_request, or it becomes
/// an event stream.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, Context& context)
      : stream_(std::move(socket)), context_(context), count_(counted(context)) {}

  void read_request() {
    parser_.emplace();
    parser_->header_limit(context_.config.max_header_bytes);
    stream_.expires_after(context_.config.request_timeout);
    beast::http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](beast::error_code error, size_t) { self->on_request(error); });
  }

  void refuse_as_too_many() {
    answer_and_close(503, "too many connections; the limit is in the server's configuration\n");
  }

 private:
  static std::shared_ptr<void> counted(Context& context) {
    ++context.connections;
    return {nullptr, [&context](void*) { --context.connections; }};
  }

  void on_request(beast::error_code error) {
    if (error == beast::http::error::end_of_stream || error == beast::error::timeout) return;
    if (error == beast::http::error::header_limit) {
      return answer_and_close(431, "the request's header is larger than this server accepts\n");
    }
    if (error == beast::http::error::unexpected_body || error == beast::http::error::body_limit) {
      return answer_and_close(413, "a request to this server has no body\n");
    }
    if (error.category() ==
        beast::http::make_error_code(beast::http::error::bad_method).category()) {
      return answer_and_close(400, "not an HTTP/1.1 request\n");
    }
    if (error) return;
    dispatch(parser_->get());
  }

  void dispatch(const WireRequest& request) {
    head_only_ = request.method() == beast::http::verb::head;
    const auto host = request[beast::http::field::host];
    if (!host_allowed({host.data(), host.size()}, context_.config.host_names)) {
      return answer({403, "text/plain; charset=utf-8",
                     "this server does not answer for that host name; use its address\n"});
    }
    if (!head_only_ && request.method() != beast::http::verb::get) {
      return answer({405, "text/plain; charset=utf-8", "only GET and HEAD\n"});
    }
    const std::string_view target{request.target().data(), request.target().size()};
    const size_t question = std::min(target.find('?'), target.size());
    const Request asked{target.substr(0, question),
                        target.substr(std::min(question + 1, target.size()))};
    if (asked.path == "/events" && context_.events && !head_only_) return become_event_stream();
    const auto route = std::find_if(context_.routes.begin(), context_.routes.end(),
                                    [&](const Route& r) { return r.path == asked.path; });
    if (route == context_.routes.end()) {
      return answer({404, "text/plain; charset=utf-8", "no such page\n"});
    }
    answer(route->handle(asked));
  }

  void become_event_stream() {
    auto& readers = context_.readers;
    std::erase_if(readers, [](const auto& reader) { return reader.expired(); });
    if (readers.size() >= context_.config.max_event_readers) {
      return answer({503, "text/plain; charset=utf-8", "too many event streams are open\n"});
    }
    const auto seen = parser_->get()["Last-Event-ID"];
    auto reader = std::make_shared<EventReader>(stream_.release_socket(), context_, count_,
                                                std::string_view(seen.data(), seen.size()));
    readers.push_back(reader);
    reader->start();
  }

  void answer_and_close(int status, std::string sentence) {
    keep_alive_ = false;
    answer({status, "text/plain; charset=utf-8", std::move(sentence)});
  }

  void answer(Response response) {
    keep_alive_ = keep_alive_ && parser_ && parser_->is_header_done() && parser_->keep_alive();
    wire_.emplace();
    wire_->version(11);
    wire_->result(static_cast<unsigned>(response.status));
    add_security_headers(*wire_);
    wire_->set(beast::http::field::content_type, response.content_type);
    if (response.status == 405) wire_->set(beast::http::field::allow, "GET, HEAD");
    wire_->keep_alive(keep_alive_);
    wire_->content_length(response.body.size());
    if (!head_only_) wire_->body() = std::move(response.body);
    stream_.expires_after(context_.config.write_timeout);
    beast::http::async_write(
        stream_, *wire_,
        [self = shared_from_this()](beast::error_code error, size_t) { self->on_answered(error); });
  }

  void on_answered(beast::error_code error) {
    if (error) return;
    if (keep_alive_) return read_request();
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  Stream stream_;
  Context& context_;
  std::shared_ptr<void> count_;
  beast::flat_buffer buffer_;
  std::optional<beast::http::request_parser<beast::http::empty_body>> parser_;
  std::optional<WireResponse> wire_;
  bool head_only_ = false;
  bool keep_alive_ = true;
};

Result<tcp::endpoint> resolve(const ServerConfig& config) {
  const size_t colon = config.listen.rfind(':');
  if (colon == std::string::npos) {
    return fail(Errc::invalid_argument, "--http wants host:port, not " + config.listen);
  }
  std::string host = config.listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto port = parse_int(config.listen.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) {
    return fail(Errc::invalid_argument, "--http " + config.listen + ": the port is not 0..65535");
  }
  if (host == "localhost") host = "127.0.0.1";
  beast::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) {
    return fail(Errc::invalid_argument, "--http " + config.listen + ": not an IP address");
  }
  if (!address.is_loopback() && !config.allow_remote) {
    return fail(Errc::invalid_argument,
                "--http " + config.listen +
                    " could be reached by other machines, without authentication; use a loopback "
                    "address, or add --insecure to say that this is meant");
  }
  return tcp::endpoint(address, static_cast<uint16_t>(*port));
}

tl::unexpected<Error> bind_error(const ServerConfig& config, beast::error_code error) {
  if (error == asio::error::address_in_use) {
    return fail(Errc::busy, "--http " + config.listen +
                                ": the port is in use; choose another one (0 = any free one)");
  }
  const Errc code = error == asio::error::access_denied ? Errc::permission_denied : Errc::io_error;
  return fail(code, "--http " + config.listen + ": " + error.message());
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerConfig config, std::vector<Route> routes, std::shared_ptr<EventHub> events, Logger log)
      : acceptor_(io_.get_executor()), log_(log) {
    context_.config = std::move(config);
    context_.routes = std::move(routes);
    context_.events = std::move(events);
  }

  Result<void> listen() {
    MR_TRY(const tcp::endpoint wanted, resolve(context_.config));
    beast::error_code error;
    acceptor_.open(wanted.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(wanted, error);
    if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
    if (!error) bound_ = acceptor_.local_endpoint(error);
    if (error) return bind_error(context_.config, error);
    return {};
  }

  void run() {
    if (context_.events) context_.events->on_publish([this] { wake_readers(); });
    accept();
    thread_ = std::thread([this] { io_.run(); });
  }

  ~Impl() {
    if (context_.events) context_.events->on_publish({});
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  const tcp::endpoint& bound() const { return bound_; }

 private:
  void accept() {
    acceptor_.async_accept(
        [this](beast::error_code error, Socket socket) { on_accept(error, std::move(socket)); });
  }

  void on_accept(beast::error_code error, Socket socket) {
    if (error) {
      log_.warn("cannot accept a connection", kv("error", error.message()));
      return retry_accept();
    }
    const bool full = context_.connections >= context_.config.max_connections;
    auto connection = std::make_shared<Connection>(std::move(socket), context_);
    full ? connection->refuse_as_too_many() : connection->read_request();
    accept();
  }

  /// Out of file descriptors, most likely: wait instead of spinning.
  void retry_accept() {
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([this](beast::error_code stopped) {
      if (!stopped) accept();
    });
  }

  /// On the publisher's thread: at most one wake-up is on its way at a time.
  void wake_readers() {
    if (wake_posted_.exchange(true)) return;
    asio::post(io_, [this] {
      wake_posted_ = false;
      for (const auto& weak : context_.readers) {
        if (const auto reader = weak.lock()) reader->wake();
      }
    });
  }

  // The context is declared before io_, whose destructor destroys the connections that use it.
  Context context_;
  asio::io_context io_{1};
  Acceptor acceptor_;
  Timer pause_{io_.get_executor()};
  tcp::endpoint bound_;
  std::atomic<bool> wake_posted_{false};
  Logger log_;
  std::thread thread_;
};

Result<std::unique_ptr<Server>> Server::start(ServerConfig config, std::vector<Route> routes,
                                              std::shared_ptr<EventHub> events, Logger log) {
  auto impl = std::make_unique<Impl>(std::move(config), std::move(routes), std::move(events), log);
  MR_TRY(impl->listen());
  impl->run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

uint16_t Server::port() const {
  return impl_->bound().port();
}

std::string Server::url() const {
  const auto address = impl_->bound().address();
  const std::string host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return "http://" + host + ":" + std::to_string(port()) + "/";
}

}  // namespace millrace::http
