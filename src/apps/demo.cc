#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "apps/commands.h"
#include "apps/detector_flags.h"
#include "apps/live_terminal.h"
#include "base/text.h"
#include "fraud/service/transaction_writer.h"
#include "io/posix_directory.h"
#include "net/server.h"

namespace millrace::apps {
namespace {

constexpr std::string_view default_data = "./millrace-demo";

struct DemoPlan {
  std::string data;
  std::string listen;
  std::optional<Milliseconds> for_time;
  fraud::GeneratorConfig generator;
};

Result<double> number(const Arguments& arguments, std::string_view flag, double otherwise,
                      double min, double max) {
  const auto text = arguments.text(flag);
  if (!text) return otherwise;
  const auto value = parse_double(*text);
  if (value && *value >= min && *value <= max) return *value;
  return fail(Errc::invalid_argument, fmt::format("{} {}: from {} to {}", flag, *text, min, max));
}

Result<DemoPlan> demo_plan(const Arguments& arguments, Timestamp now) {
  DemoPlan plan;
  plan.data = arguments.text_or("--data", default_data);
  plan.listen = arguments.text_or("--listen", "127.0.0.1:9092");
  MR_TRY(plan.for_time, arguments.duration("--for"));
  MR_TRY(plan.generator.per_second, number(arguments, "--rate", 500, 0.1, 100'000));
  MR_TRY(plan.generator.fraud_share, number(arguments, "--fraud-rate", 0.004, 0, 1));
  MR_TRY(const auto users, arguments.integer("--users", 1, 1'000'000'000));
  plan.generator.users = static_cast<uint64_t>(users.value_or(0));
  MR_TRY(const auto seed, arguments.integer("--seed", 0, INT64_MAX));
  // The same users again and again within an hour would look like fraud: every run has its own.
  plan.generator.seed = static_cast<uint64_t>(seed.value_or(now.value() / 1000 % 100'000));
  return plan;
}

/// Removes what an earlier demo left, and nothing that is not a broker's data directory.
Result<void> reset(const std::string& data) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::exists(data, error)) return {};
  if (!fs::exists(fs::path(data) / "meta.properties", error) && !fs::is_empty(data, error)) {
    return fail(
        Errc::invalid_argument,
        fmt::format("--reset: {} is not a broker's data directory; nothing is removed", data));
  }
  fs::remove_all(data, error);
  if (error) return fail(Errc::io_error, fmt::format("--reset {}: {}", data, error.message()));
  return {};
}

/// Everything of one demo. It starts from the top and ends from the bottom.
struct Parts {
  SystemClock clock;
  metrics::Registry registry;
  std::shared_ptr<http::EventHub> hub;
  std::unique_ptr<net::Server> broker;
  std::unique_ptr<fraud::LivePage> page;
  std::unique_ptr<fraud::Service> service;
  std::unique_ptr<http::Server> server;
};

Result<std::string> start_broker(Parts& parts, const DemoPlan& plan, Logger log) {
  broker::BrokerConfig config;
  config.listeners = "PLAINTEXT://" + plan.listen;
  MR_TRY(auto directory, io::open_posix_directory(plan.data));
  MR_TRY(parts.broker, net::Server::start(std::move(config), {.clock = parts.clock,
                                                              .metrics = parts.registry,
                                                              .log = log.named("broker"),
                                                              .directory = std::move(directory)}));
  const auto& bound = parts.broker->bound().front();
  return fmt::format("{}:{}", bound.host, bound.port);
}

void greet(Console& console, const DemoPlan& plan, const fraud::ServiceConfig& config,
           const Parts& parts) {
  const std::string tick = console.green("✓");
  const auto& generator = plan.generator;
  console.say(fmt::format("{} broker     {:<21} data {}", tick, config.brokers, plan.data));
  console.say(fmt::format("{} topics     {}({})  {}({})  {}(1)", tick, config.transactions,
                          config.transaction_partitions, config.alerts, config.alert_partitions,
                          config.transaction_dead_letters()));
  std::string rules;
  for (const auto& rule : standard_rules(config.pipeline.detector.thresholds)) {
    rules += fmt::format("{}{}", rules.empty() ? "" : ", ", rule.id);
  }
  console.say(fmt::format("{} detector   {}", tick, rules));
  console.say(fmt::format("{} generator  {} tx/s, {} % fraud, seed {}", tick, generator.per_second,
                          generator.fraud_share * 100, generator.seed));
  if (parts.server) console.say(fmt::format("{} page       {}", tick, parts.server->url()));
  const bool usual = config.brokers == "127.0.0.1:9092";
  console.say(
      console.dim(fmt::format("  try: millrace consume alerts -n 3{} · Ctrl-C stops, data is kept",
                              usual ? "" : " -b " + config.brokers)));
}

/// The generator on a thread of its own, and the end of the demo: first no more transactions, then
/// everything produced is judged, at most for a few seconds.
class DemoRun {
 public:
  DemoRun(Parts& parts, const DemoPlan& plan, fraud::TransactionWriter& writer, Console& console)
      : parts_(parts), writer_(writer), console_(console), plan_(plan) {}

  /// False when the demo is over.
  bool turn() {
    const MonoTime now = parts_.clock.mono_now();
    const bool stopped = console_.stop().stop_requested();
    if (!began_) {
      if (parts_.service->ready()) start(now);
      return !stopped;
    }
    if (!draining_since_) {
      const bool over = stopped || (plan_.for_time && now - *began_ >= *plan_.for_time);
      if (!over) return true;
      thread_.request_stop();
      draining_since_ = now;
      ran_ = now - *began_;
    }
    if (now - *draining_since_ > std::chrono::seconds(5)) return false;
    return !all_judged();
  }

  Duration ran() const { return ran_; }

 private:
  /// Once the detector has its partitions: what waited for it would look slow.
  void start(MonoTime now) {
    began_ = now;
    generator_.emplace(plan_.generator, parts_.clock.wall_now());
    thread_ = std::jthread([this](const std::stop_token& stop) {
      fraud::write_generated(*generator_, writer_, parts_.clock, stop);
    });
  }

  bool all_judged() {
    if (thread_.joinable()) {
      thread_.join();
      (void)writer_.flush(Milliseconds(5'000));  // what is missing shows in the summary
    }
    return std::ranges::all_of(writer_.totals().last, [&](const auto& last) {
      const auto position = parts_.service->pipeline().position(last.first);
      return position && *position > last.second;
    });
  }

  Parts& parts_;
  fraud::TransactionWriter& writer_;
  Console& console_;
  const DemoPlan& plan_;
  std::optional<MonoTime> began_;
  std::optional<MonoTime> draining_since_;
  Duration ran_{0};
  std::optional<fraud::Generator> generator_;
  std::jthread thread_;
};

void summarise(Console& console, const Parts& parts, const fraud::TransactionWriter& writer,
               const DemoPlan& plan, Duration ran) {
  const auto& totals = parts.service->pipeline().totals();
  const auto latency = parts.service->pipeline().latency();
  const double seconds = std::max(0.1, std::chrono::duration<double>(ran).count());
  console.print(fmt::format("ran {:.1f} s\n", seconds));
  console.print(fmt::format("  transactions  {} produced, {} judged, {:.0f}/s\n",
                            grouped(writer.totals().delivered), grouped(totals.judged),
                            static_cast<double>(totals.judged) / seconds));
  console.print(fmt::format("  alerts        {}\n", alerts_text(totals)));
  if (latency.count > 0) {
    console.print(fmt::format("  produced to durable alert  p50 {}, p99 {}\n",
                              human_duration(latency.quantile(0.5)),
                              human_duration(latency.quantile(0.99))));
  }
  console.print(fmt::format("  data is kept in {}; --reset starts from nothing\n", plan.data));
}

Result<void> start_detector(Parts& parts, const Arguments& arguments, Console& console,
                            const fraud::ServiceConfig& config, LiveTerminal& terminal) {
  parts.hub =
      std::make_shared<http::EventHub>(static_cast<uint64_t>(parts.clock.wall_now().value()));
  parts.page = std::make_unique<fraud::LivePage>(parts.hub, parts.clock);
  const auto on_alert = [&](const fraud::AlertLog::Acknowledged& alert) {
    terminal.alert(alert);
    parts.page->on_alert(alert);
  };
  MR_TRY(parts.service, fraud::Service::open(config, parts.clock, parts.registry,
                                             console.log().named("fraud"), on_alert));
  const fraud::PageInfo info{.version = std::string(version_text()),
                             .brokers = config.brokers,
                             .transactions = config.transactions,
                             .alerts = config.alerts,
                             .rules = standard_rules(config.pipeline.detector.thresholds)};
  const auto ready = [&service = *parts.service] {
    return std::string(service.ready() ? "" : "waiting for partitions");
  };
  MR_TRY(parts.server, serve_page(arguments, live_page_routes(info, parts.registry, ready),
                                  parts.hub, console.log().named("http")));
  return {};
}

Result<Exit> demo(const Arguments& arguments, Console& console) {
  Parts parts;
  export_build_info(parts.registry);
  MR_TRY(auto config, detector_config(arguments));
  MR_TRY(const auto plan, demo_plan(arguments, parts.clock.wall_now()));
  if (arguments.has("--reset")) MR_TRY(reset(plan.data));
  const Logger quiet = arguments.has("--verbose") ? console.log() : Logger();
  MR_TRY(config.brokers, start_broker(parts, plan, quiet));
  LiveTerminal terminal(console, LiveTerminal::Format::lines);
  MR_TRY(start_detector(parts, arguments, console, config, terminal));
  MR_TRY(auto opened, fraud::TransactionWriter::open(
                          {.brokers = config.brokers, .topic = config.transactions}, quiet));
  auto writer = std::make_unique<fraud::TransactionWriter>(std::move(opened));
  greet(console, plan, config, parts);

  auto run = std::make_unique<DemoRun>(parts, plan, *writer, console);
  const auto turn = [&] {
    const auto& service = *parts.service;
    if (parts.page->tick(service.pipeline(), service.lag())) {
      terminal.numbers(parts.page->numbers());
    }
    return run->turn();
  };
  const auto ran = parts.service->run({}, turn);
  terminal.clear_line();
  MR_TRY(ran);
  summarise(console, parts, *writer, plan, run->ran());
  // Clients first: one that outlives the broker would complain about it.
  run.reset();
  writer.reset();
  parts.server.reset();
  parts.service.reset();
  MR_TRY(parts.broker->stop());
  return Exit::ok;
}

}  // namespace

Command demo_command() {
  return {.name = "demo",
          .summary = "broker, transactions, detector and alerts in one go",
          .flags = with_detector_flags({
              {.name = "--for", .value = "TIME", .help = "end after that long [until Ctrl-C]"},
              {.name = "--rate", .value = "N", .help = "transactions a second [500]"},
              {.name = "--fraud-rate", .value = "P", .help = "share of fraud, 0 to 1 [0.004]"},
              {.name = "--users", .value = "N", .help = "card holders [enough for the rate]"},
              {.name = "--seed",
               .value = "N",
               .help = "for the same transactions again [by the clock]"},
              {.name = "--data", .letter = 'd', .value = "DIR", .help = "[./millrace-demo]"},
              {.name = "--reset", .help = "start from nothing: remove what an earlier demo left"},
              {.name = "--listen", .value = "H:P", .help = "the broker's address [127.0.0.1:9092]"},
          }),
          .examples = {{"millrace demo", "until Ctrl-C"},
                       {"millrace demo --for 20s --rate 2000 --seed 42",
                        "twenty seconds, reproducible"}},
          .run = demo};
}

}  // namespace millrace::apps
