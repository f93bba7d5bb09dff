#pragma once

#include <unordered_map>

#include "base/executor.h"
#include "base/metrics.h"
#include "net/connection.h"

namespace millrace::net {

/// The connections of one shard. Lives on the shard's thread.
class ConnectionGroup {
 public:
  ConnectionGroup(broker::RequestHandler& handler, size_t shard, Executor& executor,
                  const ConnectionLimits& limits, const Clock& clock, Logger log,
                  metrics::Gauge& open_connections);

  /// Starts looking at deadlines.
  void start();
  /// `on_closed` is called when the connection is gone.
  void add(Socket socket, uint64_t id, std::function<void()> on_closed);
  /// Lets requests in flight finish; `done` is called when the last connection is gone, or when
  /// `grace` has passed and the rest was closed.
  void drain(Duration grace, std::function<void()> done);

  void close_all();

  size_t size() const { return connections_.size(); }

 private:
  void sweep();
  void on_closed(uint64_t id);

  broker::RequestHandler& handler_;
  size_t shard_;
  Executor& executor_;
  const ConnectionLimits& limits_;
  const Clock& clock_;
  ThrottledLog log_;
  metrics::Gauge& open_connections_;
  std::unordered_map<uint64_t, std::shared_ptr<Connection>> connections_;
  std::unique_ptr<Executor::Timer> sweep_timer_;
  std::unique_ptr<Executor::Timer> grace_timer_;
  bool draining_ = false;
  std::function<void()> drained_;
};

}  // namespace millrace::net
