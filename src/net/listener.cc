#include "net/listener.h"

#include <boost/asio/ip/v6_only.hpp>

namespace millrace::net {

namespace asio = boost::asio;

namespace {

constexpr Milliseconds accept_retry_delay{100};

tl::unexpected<Error> cannot_listen(const Address& address, boost::system::error_code error) {
  auto where = to_text(address);
  if (error == asio::error::address_in_use) {
    return fail(Errc::busy,
                fmt::format("{} is in use by another program: stop it, or choose another "
                            "port with --listen HOST:PORT (port 0 takes a free one)",
                            where));
  }
  if (error == asio::error::access_denied) {
    return fail(Errc::permission_denied,
                fmt::format("not allowed to listen on {}: ports below 1024 need the right to bind "
                            "them; choose a higher one with --listen HOST:PORT",
                            where));
  }
  return fail(Errc::invalid_argument,
              fmt::format("cannot listen on {}: {}", where, error.message()));
}

Result<asio::ip::tcp::endpoint> resolve(asio::io_context& context, const Address& address) {
  boost::system::error_code error;
  asio::ip::tcp::resolver resolver(context);
  auto found = resolver.resolve(address.host, std::to_string(address.port),
                                asio::ip::tcp::resolver::passive, error);
  if (error || found.empty()) {
    return fail(Errc::invalid_argument,
                fmt::format("cannot listen on {}: this host name is not known here ({})",
                            to_text(address), error.message()));
  }
  return found.begin()->endpoint();
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(asio::io_context& context, Executor& executor,
                                                 const Address& address, Logger log, Sinks sinks) {
  MR_TRY(auto endpoint, resolve(context, address));
  boost::system::error_code error;
  Acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && endpoint.address().is_v6() && endpoint.address().is_unspecified()) {
    acceptor.set_option(asio::ip::v6_only(false), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(SOMAXCONN, error);
  if (error) return cannot_listen(address, error);
  Address bound{address.host, acceptor.local_endpoint().port()};
  return std::unique_ptr<Listener>(
      new Listener(std::move(acceptor), std::move(bound), executor, log, std::move(sinks)));
}

Listener::Listener(Acceptor acceptor, Address bound, Executor& executor, Logger log, Sinks sinks)
    : acceptor_(std::move(acceptor)),
      bound_(std::move(bound)),
      executor_(executor),
      log_(log),
      sinks_(std::move(sinks)) {}

void Listener::accept() {
  acceptor_.async_accept(sinks_.next_context(),
                         [this](boost::system::error_code error, Socket socket) {
                           if (error == asio::error::operation_aborted) return;
                           if (error) return on_failed_accept(error);
                           sinks_.accepted(std::move(socket));
                           accept();
                         });
}

/// Out of descriptors or memory: the backlog waits until some are free again.
void Listener::on_failed_accept(boost::system::error_code error) {
  log_.warn("cannot accept a connection, trying again", kv("reason", error.message()));
  retry_timer_ = executor_.call_after(accept_retry_delay, [this] { accept(); });
}

void Listener::close() {
  retry_timer_.reset();
  boost::system::error_code ignored;  // closing is all that can be done
  acceptor_.close(ignored);
}

}  // namespace millrace::net
