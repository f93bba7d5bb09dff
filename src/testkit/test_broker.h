#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/result.h"
#include "net/server.h"
#include "testkit/temp_directory.h"

namespace millrace::testing {

struct TestBrokerOptions {
  /// Broker properties by Kafka's names, as with `-X`. Listens on a free port of 127.0.0.1 unless
  /// `listeners` is among them.
  std::vector<std::pair<std::string, std::string>> properties = {};
  /// Empty: a temporary directory that goes with the broker.
  std::string data_directory = {};
  /// Drops every line unless given.
  Logger log = {};
};

/// A real broker on a real socket in the test's process. It keeps its port and data over restarts.
///
///   auto broker = TestBroker::start({.properties = {{"num.partitions", "4"}}});
///   connect_to((*broker)->bootstrap());
class TestBroker {
 public:
  static Result<std::unique_ptr<TestBroker>> start(TestBrokerOptions options = {});
  ~TestBroker();

  /// "127.0.0.1:port", for bootstrap.servers.
  std::string bootstrap() const;
  uint16_t port() const { return port_; }
  const std::string& data_directory() const { return data_directory_; }

  /// A clean stop, and a start on the same port and data.
  Result<void> restart();
  /// The clean end.
  Result<void> stop();
  /// As if the process had been killed: nothing is flushed or marked clean. start_again() recovers.
  void kill();
  /// After stop() or kill().
  Result<void> start_again();

  bool is_running() const { return server_ != nullptr; }
  broker::Broker& broker() { return server_->broker(); }
  metrics::Registry& metrics() { return *metrics_; }

 private:
  explicit TestBroker(TestBrokerOptions options);

  TestBrokerOptions options_;
  std::unique_ptr<TempDirectory> temporary_;
  std::string data_directory_;
  uint16_t port_ = 0;
  SystemClock clock_;
  std::unique_ptr<metrics::Registry> metrics_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace millrace::testing
