#include "http/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/standard_routes.h"

namespace millrace::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A client that sends exactly the bytes it is given.
class RawClient {
 public:
  explicit RawClient(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  /// Everything until the peer closes, or until `wanted` has been seen.
  std::string receive(std::string_view wanted = {}) {
    std::string all;
    char piece[4096];
    while (wanted.empty() || all.find(wanted) == std::string::npos) {
      const ssize_t n = ::recv(fd_, piece, sizeof piece, 0);
      if (n <= 0) break;
      all.append(piece, static_cast<size_t>(n));
    }
    return all;
  }

 private:
  int fd_;
  bool connected_ = false;
};

class ServerTest : public ::testing::Test {
 protected:
  void start(ServerConfig config = {}) {
    config.listen = "127.0.0.1:0";
    std::vector<Route> routes = standard_routes(registry, [this] { return not_ready; });
    auto started = Server::start(config, std::move(routes), hub, {});
    ASSERT_TRUE(started) << started.error().message();
    server = std::move(*started);
  }

  std::string get(const std::string& path, const std::string& headers = "") {
    return exchange("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                    headers + "\r\n");
  }

  std::string exchange(const std::string& request) {
    RawClient client(server->port());
    client.send(request);
    return client.receive();
  }

  metrics::Registry registry;
  std::string not_ready;
  std::shared_ptr<EventHub> hub = std::make_shared<EventHub>(1);
  std::unique_ptr<Server> server;
};

TEST_F(ServerTest, serves_metrics_health_and_readiness) {
  registry.counter("millrace_things_total", "Things.").add(3);
  start();

  EXPECT_THAT(get("/metrics"), HasSubstr("millrace_things_total 3"));
  EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("/readyz"), EndsWith("ready\n"));
}

TEST_F(ServerTest, says_why_it_is_not_ready) {
  not_ready = "waiting for partitions";
  start();

  const std::string answer = get("/readyz");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, EndsWith("waiting for partitions\n"));
}

TEST_F(ServerTest, tells_the_browser_to_load_nothing_from_elsewhere) {
  start();

  const std::string answer = get("/healthz");

  EXPECT_THAT(answer, HasSubstr("Content-Security-Policy: default-src 'self'"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff"));
}

TEST_F(ServerTest, answers_head_without_a_body_and_refuses_other_methods) {
  start();

  EXPECT_THAT(exchange("HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
              EndsWith("\r\n\r\n"));
  EXPECT_THAT(exchange("DELETE /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 405"));
}

TEST_F(ServerTest, refuses_host_names_that_are_not_its_own) {
  start();

  EXPECT_THAT(exchange("GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(exchange("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 403"));
}

TEST_F(ServerTest, survives_what_is_not_http_and_what_is_too_large) {
  start();

  EXPECT_THAT(exchange("\x16\x03\x01 nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(get("/healthz", "X-Filler: " + std::string(9000, 'x') + "\r\n"),
              StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(
      exchange("GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"),
      StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, keeps_a_connection_for_the_next_request) {
  start();
  RawClient client(server->port());

  client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string first = client.receive("ok\n");
  client.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string second = client.receive("no such page\n");

  EXPECT_THAT(first, HasSubstr("200 OK"));
  EXPECT_THAT(second, HasSubstr("404 Not Found"));
}

TEST_F(ServerTest, closes_a_connection_that_never_finishes_its_request) {
  start({.request_timeout = std::chrono::milliseconds(50)});
  RawClient client(server->port());

  client.send("GET /healthz HTT");

  EXPECT_EQ(client.receive(), "");
}

TEST_F(ServerTest, refuses_the_connection_beyond_its_limit_and_takes_it_when_one_has_gone) {
  start({.max_connections = 1});
  {
    RawClient first(server->port());
    first.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(first.receive("ok\n"), HasSubstr("200 OK"));
    RawClient second(server->port());
    EXPECT_THAT(second.receive(), StartsWith("HTTP/1.1 503"));
  }
  std::string answer;
  for (int attempt = 0; attempt < 1000 && !answer.starts_with("HTTP/1.1 200"); ++attempt) {
    answer = get("/healthz");
  }
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, streams_events_as_they_come_and_resumes_after_the_last_one_seen) {
  start();
  hub->publish("alert", "\"first\"");
  RawClient client(server->port());

  client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string before = client.receive("data: \"first\"\n\n");
  hub->publish("alert", "\"second\"");
  const std::string after = client.receive("data: \"second\"\n\n");

  EXPECT_THAT(before, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(after, HasSubstr("id: 1-1\nevent: alert"));
  RawClient back(server->port());
  back.send("GET /events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1-0\r\n\r\n");
  EXPECT_THAT(back.receive("\"second\""), Not(HasSubstr("\"first\"")));
}

TEST_F(ServerTest, sends_a_heartbeat_on_a_silent_stream) {
  start({.heartbeat = std::chrono::milliseconds(20)});
  RawClient client(server->port());

  client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");

  EXPECT_THAT(client.receive(": still here"), HasSubstr(": still here"));
}

TEST_F(ServerTest, limits_the_number_of_event_streams) {
  start({.max_event_readers = 1});
  RawClient first(server->port());
  first.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(first.receive("retry:"), HasSubstr("200 OK"));

  EXPECT_THAT(get("/events"), StartsWith("HTTP/1.1 503"));
}

TEST(ServerStart, names_the_flag_when_the_port_is_taken_or_the_address_is_wrong_or_open_to_all) {
  auto first = Server::start({.listen = "127.0.0.1:0"}, {}, nullptr, {});
  ASSERT_TRUE(first);

  const auto taken =
      Server::start({.listen = "127.0.0.1:" + std::to_string((*first)->port())}, {}, nullptr, {});
  const auto wrong = Server::start({.listen = "8090"}, {}, nullptr, {});
  const auto open = Server::start({.listen = "0.0.0.0:0"}, {}, nullptr, {});

  EXPECT_EQ(taken.error().code, Errc::busy);
  EXPECT_THAT(taken.error().context, HasSubstr("--http"));
  EXPECT_THAT(wrong.error().context, HasSubstr("--http"));
  EXPECT_EQ(open.error().code, Errc::invalid_argument);
  EXPECT_THAT(open.error().context, HasSubstr("--insecure"));
}

}  // namespace
}  // namespace millrace::http
