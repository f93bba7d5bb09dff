#include "net/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <future>
#include <thread>

#include "base/text.h"
#include "io/sync_pool.h"
#include "net/asio_executor.h"
#include "net/connection_group.h"
#include "net/listener.h"

namespace millrace::net {
namespace {

ConnectionLimits connection_limits(const broker::BrokerConfig& config) {
  ConnectionLimits limits;
  limits.frame_bytes_max = static_cast<size_t>(config.socket_request_max_bytes);
  limits.in_flight_max = static_cast<size_t>(config.in_flight_requests_max);
  limits.first_request_max = limits.frame_max = Milliseconds(config.request_max_ms);
  limits.idle_max = Milliseconds(config.connections_max_idle_ms);
  limits.write_stall_max = Milliseconds(config.write_stall_max_ms);
  return limits;
}

/// Raises the limit of descriptors as far as the system lets us, and says what it is.
size_t open_descriptors_max() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    auto wanted = limit;
    wanted.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &wanted) == 0) limit = wanted;
  }
  return std::min<size_t>(limit.rlim_cur, 1 << 20);
}

}  // namespace

struct Server::Impl {
  Impl(broker::BrokerConfig c, Deps& deps)
      : config(std::move(c)),
        limits(connection_limits(config)),
        clock(deps.clock),
        log(deps.log.named("net")),
        refusals(log, clock, {}) {}

  broker::BrokerConfig config;
  ConnectionLimits limits;
  const Clock& clock;
  Logger log;
  ThrottledLog refusals;  // on shard 0's thread

  // Destroyed from the last to the first: what holds timers and sockets goes before the loops.
  std::vector<std::unique_ptr<AsioExecutor>> executors;
  std::unique_ptr<io::SyncPool> sync_pool;
  std::unique_ptr<broker::Broker> broker;
  std::vector<std::unique_ptr<ConnectionGroup>> groups;  // one per shard
  std::vector<std::unique_ptr<Listener>> listeners;
  std::vector<broker::Address> bound;

  // The placing of connections, on shard 0's thread.
  size_t next_shard = 0;
  uint64_t last_connection_id = 0;
  std::atomic<int64_t> open_connections{0};

  Result<void> open(Deps& deps);
  Result<void> listen();
  Result<void> add_listener(const broker::Address& address);
  void place(Socket socket);
  void run_on_all(const std::function<void(size_t shard, std::function<void()> done)>& task);
  void end_connections(bool graceful);
  void end_threads();
  void run_leftovers();
};

Result<void> Server::Impl::open(Deps& deps) {
  auto count = broker::shard_count(config, std::thread::hardware_concurrency());
  std::vector<Executor*> loops;
  for (size_t i = 0; i < count; ++i) {
    executors.push_back(std::make_unique<AsioExecutor>());
    loops.push_back(executors.back().get());
  }
  MR_TRY(listen());  // first, since it fails fast
  sync_pool = std::make_unique<io::SyncPool>(io::SyncPool::Config{});
  MR_TRY(broker, broker::Broker::open(config, {.executors = loops,
                                               .clock = clock,
                                               .directory = std::move(deps.directory),
                                               .sync_pool = sync_pool.get(),
                                               .log = deps.log.named("broker"),
                                               .metrics = deps.metrics,
                                               .open_files_max = open_descriptors_max() / 2}));
  for (size_t i = 0; i < count; ++i) {
    groups.push_back(std::make_unique<ConnectionGroup>(
        *broker, i, *executors[i], limits, clock, log,
        deps.metrics.gauge("millrace_kafka_connections", "Open client connections.")));
  }
  broker->start();
  for (size_t i = 0; i < count; ++i) {
    executors[i]->post([group = groups[i].get()] { group->start(); });
    executors[i]->start();
  }
  executors[0]->post([this] {
    for (auto& listener : listeners) listener->start();
  });
  return {};
}

Result<void> Server::Impl::listen() {
  for (auto text : split(config.listeners, ',')) {
    MR_TRY(auto address, broker::parse_address(trim(text)));
    MR_TRY(add_listener(address));
  }
  return {};
}

Result<void> Server::Impl::add_listener(const broker::Address& address) {
  Listener::Sinks sinks{
      .next_context = [this]() -> boost::asio::io_context& {
        return executors[next_shard]->context();
      },
      .accepted = [this](Socket socket) { place(std::move(socket)); },
  };
  MR_TRY(auto listener,
         Listener::open(executors[0]->context(), *executors[0], address, log, std::move(sinks)));
  if (!broker::is_loopback(address)) {
    log.warn(
        "listening beyond this machine without authentication: anybody who reaches the port "
        "can read and write everything",
        kv("address", to_text(listener->bound())));
  }
  bound.push_back(listener->bound());
  listeners.push_back(std::move(listener));
  return {};
}

/// Connections are dealt out to the shards in turn.
void Server::Impl::place(Socket socket) {
  auto shard = std::exchange(next_shard, (next_shard + 1) % groups.size());
  if (open_connections.load() >= config.max_connections) {
    refusals.warn("connection refused", kv("reason", "max.connections is reached"),
                  kv("max", config.max_connections));
    return;  // closes it
  }
  ++open_connections;
  auto held = std::make_shared<Socket>(std::move(socket));
  executors[shard]->post([this, shard, held, id = ++last_connection_id] {
    groups[shard]->add(std::move(*held), id, [this] { --open_connections; });
  });
}

/// Runs `task` on every shard's thread and waits until each has called `done`.
void Server::Impl::run_on_all(
    const std::function<void(size_t shard, std::function<void()> done)>& task) {
  std::vector<std::future<void>> finished;
  for (size_t i = 0; i < executors.size(); ++i) {
    auto promise = std::make_shared<std::promise<void>>();
    finished.push_back(promise->get_future());
    executors[i]->post([&task, i, promise] { task(i, [promise] { promise->set_value(); }); });
  }
  for (auto& future : finished) future.wait();
}

void Server::Impl::end_connections(bool graceful) {
  run_on_all([this](size_t shard, const std::function<void()>& done) {
    if (shard == 0) {
      for (auto& listener : listeners) listener->close();
    }
    done();
  });
  if (graceful) {
    broker->begin_stop();
    run_on_all([this](size_t shard, const std::function<void()>& done) {
      groups[shard]->drain(Milliseconds(config.shutdown_grace_ms), done);
    });
  }
  run_on_all([this](size_t shard, const std::function<void()>& done) {
    groups[shard]->close_all();
    done();
  });
}

void Server::Impl::end_threads() {
  for (auto& executor : executors) executor->stop();
}

/// What is still queued may hold timers and sockets of another loop: it runs before any loop goes.
void Server::Impl::run_leftovers() {
  bool any = true;
  while (any) {
    any = false;
    for (auto& executor : executors) any = executor->run_ready() || any;
  }
}

Result<std::unique_ptr<Server>> Server::start(broker::BrokerConfig config, Deps deps) {
  auto impl = std::make_unique<Impl>(std::move(config), deps);
  MR_TRY(impl->open(deps));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  kill();
}

const std::vector<broker::Address>& Server::bound() const {
  return impl_->bound;
}

broker::Broker& Server::broker() {
  return *impl_->broker;
}

Result<void> Server::stop() {
  if (!impl_->broker) return {};
  impl_->end_connections(true);
  impl_->end_threads();
  impl_->run_leftovers();
  auto closed = impl_->broker->close();
  impl_->listeners.clear();
  impl_->groups.clear();
  impl_->broker.reset();
  impl_->sync_pool.reset();
  impl_->run_leftovers();
  return closed;
}

void Server::kill() {
  if (!impl_->broker) return;
  impl_->end_connections(false);
  impl_->end_threads();
  impl_->run_leftovers();
  impl_->listeners.clear();
  impl_->groups.clear();
  impl_->broker.reset();
  impl_->sync_pool.reset();
  impl_->run_leftovers();
}

}  // namespace millrace::net
