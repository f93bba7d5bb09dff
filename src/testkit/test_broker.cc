#include "testkit/test_broker.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/posix_directory.h"

namespace millrace::testing {

Result<std::unique_ptr<TestBroker>> TestBroker::start(TestBrokerOptions options) {
  std::unique_ptr<TestBroker> broker(new TestBroker(std::move(options)));
  MR_TRY(broker->start_again());
  return broker;
}

TestBroker::TestBroker(TestBrokerOptions options) : options_(std::move(options)) {
  data_directory_ = options_.data_directory;
  if (data_directory_.empty()) {
    temporary_ = std::make_unique<TempDirectory>();
    data_directory_ = temporary_->path();
  }
}

TestBroker::~TestBroker() = default;

std::string TestBroker::bootstrap() const {
  return fmt::format("127.0.0.1:{}", port_);
}

Result<void> TestBroker::start_again() {
  broker::BrokerConfig config;
  config.listeners = fmt::format("PLAINTEXT://127.0.0.1:{}", port_);
  for (const auto& [name, value] : options_.properties) {
    MR_TRY(broker::set_broker_property(config, name, value));
  }
  MR_TRY(auto directory, io::open_posix_directory(data_directory_));
  metrics_ = std::make_unique<metrics::Registry>();
  MR_TRY(server_, net::Server::start(std::move(config), {.clock = clock_,
                                                         .metrics = *metrics_,
                                                         .log = options_.log,
                                                         .directory = std::move(directory)}));
  port_ = server_->bound().front().port;
  return {};
}

Result<void> TestBroker::restart() {
  MR_TRY(stop());
  return start_again();
}

Result<void> TestBroker::stop() {
  if (!server_) return {};
  auto server = std::move(server_);
  return server->stop();
}

void TestBroker::kill() {
  if (!server_) return;
  server_->kill();
  server_.reset();
}

}  // namespace millrace::testing
