#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>

#include "base/executor.h"
#include "base/log.h"
#include "broker/address.h"
#include "net/connection.h"

namespace millrace::net {

using broker::Address;

/// Accepts connections on one address and hands each to one of the shards' loops. Lives on the
/// thread of the executor it was opened for.
class Listener {
 public:
  /// `place(socket's loop)` names the io_context the next connection shall live on.
  struct Sinks {
    std::function<boost::asio::io_context&()> next_context;
    std::function<void(Socket)> accepted;
  };

  /// Binds and listens; port 0 takes a free one. Errors, with what to do about them: busy (port
  /// in use), permission_denied (port below 1024), invalid_argument (no such address here).
  static Result<std::unique_ptr<Listener>> open(boost::asio::io_context& context,
                                                Executor& executor, const Address& address,
                                                Logger log, Sinks sinks);

  const Address& bound() const { return bound_; }
  void start() { accept(); }
  void close();

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                      boost::asio::io_context::executor_type>;

  Listener(Acceptor acceptor, Address bound, Executor& executor, Logger log, Sinks sinks);
  void accept();
  void on_failed_accept(boost::system::error_code error);

  Acceptor acceptor_;
  Address bound_;
  Executor& executor_;
  Logger log_;
  Sinks sinks_;
  std::unique_ptr<Executor::Timer> retry_timer_;
};

}  // namespace millrace::net
