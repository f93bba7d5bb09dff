#pragma once

#include <memory>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "broker/address.h"
#include "broker/broker.h"
#include "io/directory.h"

namespace millrace::net {

/// A running broker: threads, sockets and data directory. Start it, stop it.
class Server {
 public:
  struct Deps {  // the first three outlive the server
    const Clock& clock;
    metrics::Registry& metrics;
    Logger log;
    std::unique_ptr<io::Directory> directory;
  };

  /// Returns once requests are served. Errors: those of Broker::open; busy, permission_denied or
  /// invalid_argument for a listener, with what to do about it.
  static Result<std::unique_ptr<Server>> start(broker::BrokerConfig config, Deps deps);

  /// Ends as kill() does, unless stop() was called.
  ~Server();

  /// Where it listens, in the order of `listeners`, with real port numbers.
  const std::vector<broker::Address>& bound() const;

  broker::Broker& broker();

  /// The clean end: no new requests, those in flight are answered, everything is synced, and the
  /// clean-shutdown marker is written. Waits, at most millrace.shutdown.grace.ms for clients. Not
  /// from one of the server's threads.
  Result<void> stop();

  /// The end of a process that was shot: nothing is answered or synced. For tests.
  void kill();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::net
