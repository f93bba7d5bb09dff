#include "net/connection_group.h"

#include <algorithm>

namespace millrace::net {
namespace {

Duration sweep_period(const ConnectionLimits& limits) {
  Duration shortest = std::min(
      {limits.first_request_max, limits.frame_max, limits.idle_max, limits.write_stall_max});
  return std::clamp<Duration>(shortest / 4, Milliseconds(5), Milliseconds(1000));
}

}  // namespace

ConnectionGroup::ConnectionGroup(broker::RequestHandler& handler, size_t shard, Executor& executor,
                                 const ConnectionLimits& limits, const Clock& clock, Logger log,
                                 metrics::Gauge& open_connections)
    : handler_(handler),
      shard_(shard),
      executor_(executor),
      limits_(limits),
      clock_(clock),
      log_(log, clock, {}),
      open_connections_(open_connections) {}

void ConnectionGroup::start() {
  sweep_timer_ = executor_.call_after(sweep_period(limits_), [this] { sweep(); });
}

void ConnectionGroup::add(Socket socket, uint64_t id, std::function<void()> on_closed_too) {
  auto connection = std::make_shared<Connection>(
      std::move(socket), id,
      Connection::Deps{handler_, shard_, limits_, clock_, log_, [this, id, on_closed_too] {
                         on_closed_too();
                         on_closed(id);
                       }});
  connections_.emplace(id, connection);
  open_connections_.add(1);
  connection->start();
  if (draining_) connection->drain();
}

void ConnectionGroup::sweep() {
  auto now = clock_.mono_now();
  auto all = connections_;  // a connection that closes leaves the map
  for (auto& [id, connection] : all) connection->check_deadlines(now);
  start();
}

void ConnectionGroup::drain(Duration grace, std::function<void()> done) {
  draining_ = true;
  if (connections_.empty()) return done();
  drained_ = std::move(done);
  grace_timer_ = executor_.call_after(grace, [this] { close_all(); });
  auto all = connections_;
  for (auto& [id, connection] : all) connection->drain();
}

void ConnectionGroup::close_all() {
  auto all = connections_;
  for (auto& [id, connection] : all) connection->close();
}

void ConnectionGroup::on_closed(uint64_t id) {
  connections_.erase(id);
  open_connections_.add(-1);
  if (connections_.empty() && drained_) std::exchange(drained_, nullptr)();
}

}  // namespace millrace::net
