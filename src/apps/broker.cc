#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "apps/client_flags.h"
#include "apps/commands.h"
#include "base/metrics.h"
#include "base/text.h"
#include "base/time.h"
#include "broker/broker_config.h"
#include "http/server.h"
#include "http/standard_routes.h"
#include "io/posix_directory.h"
#include "net/server.h"

namespace millrace::apps {
namespace {

constexpr std::string_view default_data = "./millrace-data";
constexpr std::string_view default_http = "127.0.0.1:8090";

/// A new directory that is gone when this is.
class TemporaryDirectory {
 public:
  static Result<TemporaryDirectory> make() {
    auto pattern = (std::filesystem::temp_directory_path() / "millrace-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      return fail(Errc::io_error, fmt::format("cannot make a directory like {}", pattern));
    }
    return TemporaryDirectory(std::move(pattern));
  }
  ~TemporaryDirectory() {
    std::error_code ignored;  // nothing depends on it any more
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(TemporaryDirectory&& other) noexcept
      : path_(std::exchange(other.path_, std::string())) {}
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

Result<broker::BrokerConfig> config_of(const Arguments& arguments, Console& console) {
  broker::BrokerConfig config;
  if (auto file = arguments.text("--config")) {
    std::ifstream in{std::string(*file)};
    if (!in) return fail(Errc::not_found, fmt::format("cannot read {}", *file));
    std::string text{std::istreambuf_iterator<char>(in), {}};
    auto notices = broker::read_server_properties(config, text);
    if (!notices) return fail_at(*file, std::move(notices).error());
    for (const std::string& notice : *notices) console.say(fmt::format("{}: {}", *file, notice));
  }
  MR_TRY(auto properties, pairs_of(arguments, "--property"));
  for (const auto& [key, value] : properties) {
    MR_TRY(auto notice, broker::set_broker_property(config, key, value));
    if (!notice.empty()) console.say(notice);
  }
  if (auto listen = arguments.text("--listen")) config.listeners = *listen;
  if (auto advertise = arguments.text("--advertise")) config.advertised_listeners = *advertise;
  if (auto data = arguments.text("--data")) config.log_dirs = *data;
  return config;
}

/// /metrics, /healthz and /readyz. Where nobody asked for the address, one that is taken is no
/// reason to stop: another broker of this machine has it.
Result<std::unique_ptr<http::Server>> start_http(const Arguments& arguments, Console& console,
                                                 const metrics::Registry& metrics,
                                                 http::ReadyCheck ready) {
  auto asked = arguments.text("--http");
  auto listen = asked.value_or(arguments.has("--ephemeral") ? "off" : default_http);
  if (listen == "off") return std::unique_ptr<http::Server>();
  auto server = http::Server::start({.listen = std::string(listen)},
                                    http::standard_routes(metrics, std::move(ready)), nullptr,
                                    console.log().named("http"));
  if (!server && !asked && server.error().code == Errc::busy) {
    console.say(fmt::format("no HTTP: {}", server.error().context));
    return std::unique_ptr<http::Server>();
  }
  return server;
}

/// Where a client of this machine finds the broker.
std::string bootstrap_of(const broker::Address& bound) {
  bool everywhere = bound.host == "0.0.0.0" || bound.host == "::";
  return broker::to_text(everywhere ? broker::Address{"127.0.0.1", bound.port} : bound);
}

Result<Exit> serve(const Arguments& arguments, Console& console, broker::BrokerConfig config,
                   const std::string& data) {
  auto started = std::chrono::steady_clock::now();
  SystemClock clock;
  metrics::Registry metrics;
  export_build_info(metrics);
  std::atomic<bool> ready = false;
  MR_TRY(auto http, start_http(arguments, console, metrics, [&ready] {
           return std::string(ready ? "" : "the broker recovers its logs, or stops");
         }));
  MR_TRY(auto directory, io::open_posix_directory(data));
  MR_TRY(auto server, net::Server::start(std::move(config), {.clock = clock,
                                                             .metrics = metrics,
                                                             .log = console.log(),
                                                             .directory = std::move(directory)}));
  ready = true;
  auto bootstrap = bootstrap_of(server->bound().front());
  auto took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - started);
  console.say(fmt::format(
      "{} broker {}   data {}{}   ready in {}", console.green("✓"), console.bold(bootstrap), data,
      http ? fmt::format("   {}metrics", http->url()) : "", human_duration(took)));
  if (arguments.has("--print-bootstrap")) {
    console.print(bootstrap + "\n");
    console.flush();
  }
  console.wait_for_stop();
  ready = false;
  MR_TRY(server->stop());
  console.say("stopped; everything is on disk");
  return Exit::ok;
}

Result<Exit> run_broker(const Arguments& arguments, Console& console) {
  auto config = config_of(arguments, console);
  if (!config) {
    console.complain(config.error().context);
    return Exit::bad_config;
  }
  if (!arguments.has("--ephemeral")) {
    auto data = config->log_dirs.empty() ? std::string(default_data) : config->log_dirs;
    return serve(arguments, console, *std::move(config), data);
  }
  if (!config->log_dirs.empty()) {
    return fail(Errc::invalid_argument, "--ephemeral keeps nothing; leave --data out");
  }
  MR_TRY(auto temporary, TemporaryDirectory::make());
  return serve(arguments, console, *std::move(config), temporary.path());
}

}  // namespace

Command broker_command() {
  return {
      .name = "broker",
      .summary = "run a broker that every Kafka client can talk to",
      .flags = {{.name = "--data",
                 .value = "DIR",
                 .help = "where records are kept [./millrace-data]"},
                {.name = "--ephemeral", .help = "keep records only while it runs; for tests"},
                {.name = "--listen",
                 .value = "H:P",
                 .help = "where to listen; port 0 takes any free one [127.0.0.1:9092]"},
                {.name = "--advertise",
                 .value = "H:P",
                 .help = "what clients are told to connect to [the address they came by]"},
                {.name = "--print-bootstrap",
                 .help = "print host:port on stdout once clients may connect"},
                {.name = "--http",
                 .value = "H:P|off",
                 .help = "/metrics, /healthz, /readyz [127.0.0.1:8090; off with --ephemeral]"},
                {.name = "--config", .letter = 'c', .value = "FILE", .help = "a server.properties"},
                {.name = "--property",
                 .letter = 'X',
                 .value = "KEY=VALUE",
                 .help = "any of Kafka's broker properties, over the file's",
                 .repeated = true}},
      .examples = {{"millrace broker --data ./data", "on 127.0.0.1:9092, durable"},
                   {"millrace broker --ephemeral --listen 127.0.0.1:0 --print-bootstrap",
                    "for a test: any port, no traces"},
                   {"millrace broker -X num.partitions=4 -X log.retention.ms=3600000",
                    "with settings"}},
      .notes =
          "SIGTERM or Ctrl-C finishes requests, syncs and ends cleanly; a second one ends "
          "at once.\nacks=all is answered after the sync unless log.flush.interval.messages "
          "is larger than 1.",
      .run = run_broker};
}

}  // namespace millrace::apps
