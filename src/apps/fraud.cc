#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "apps/client_flags.h"
#include "apps/commands.h"
#include "apps/detector_flags.h"
#include "apps/live_terminal.h"
#include "base/text.h"
#include "fraud/service/transaction_writer.h"

namespace millrace::apps {
namespace {

/// What is to be replayed, if anything.
struct ReplayPlan {
  std::vector<std::string> files;
  fraud::FieldMapping mapping;
};

Result<ReplayPlan> replay_plan(const Arguments& arguments) {
  ReplayPlan plan;
  for (const auto file : arguments.all("--replay")) plan.files.emplace_back(file);
  if (plan.files.empty() && !arguments.operands().empty()) {
    return fail(Errc::invalid_argument,
                fmt::format("{}: files are read with --replay", arguments.operands().front()));
  }
  // A shell that expands --replay *.csv leaves all but the first file to the operands.
  for (const auto file : arguments.operands()) plan.files.emplace_back(file);
  if (const auto map = arguments.text("--map")) {
    MR_TRY(plan.mapping, fraud::FieldMapping::parse(*map));
  }
  // A mistake in the mapping is told before anything is produced.
  for (const std::string& file : plan.files) {
    MR_TRY(fraud::CsvTransactions::open(file, plan.mapping));
  }
  return plan;
}

Result<fraud::ServiceConfig> service_config(const Arguments& arguments) {
  MR_TRY(auto config, detector_config(arguments));
  config.brokers = brokers_of(arguments);
  config.transactions = arguments.text_or("--transactions", config.transactions);
  config.alerts = arguments.text_or("--alerts", config.alerts);
  config.group = arguments.text_or("--group", config.group);
  config.instance = arguments.text_or("--instance", config.instance);
  MR_TRY(const auto partitions, arguments.integer("--partitions", 1, 10'000));
  if (partitions) config.transaction_partitions = static_cast<int32_t>(*partitions);
  const auto from = arguments.text_or("--from", "earliest");
  if (from != "earliest" && from != "latest") {
    return fail(Errc::invalid_argument, fmt::format("--from {}: earliest or latest", from));
  }
  config.from = from == "latest" ? Reset::latest : Reset::earliest;
  MR_TRY(config.connect_timeout, timeout_of(arguments));
  MR_TRY(config.props, pairs_of(arguments, "--property"));
  return config;
}

Result<LiveTerminal::Format> format_of(const Arguments& arguments) {
  const auto format = arguments.text_or("--format", "lines");
  if (format == "json") return LiveTerminal::Format::json;
  if (format == "lines") return LiveTerminal::Format::lines;
  return fail(Errc::invalid_argument, fmt::format("-f {}: lines or json", format));
}

/// A replay under way on a thread of its own, and when the detector has judged all of it.
class ReplayRun {
 public:
  ReplayRun(fraud::TransactionWriter& writer, const ReplayPlan& plan, std::stop_token stop)
      : writer_(writer), written_(std::async(std::launch::async, [&writer, &plan, stop] {
          return fraud::replay(plan.files, plan.mapping, writer, stop);
        })) {}

  /// Errors: the replay's.
  Result<bool> is_judged(const fraud::Pipeline& pipeline) {
    if (!count_) {
      if (written_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
      MR_TRY(count_, written_.get());
      last_ = writer_.totals().last;
    }
    return std::ranges::all_of(last_, [&](const auto& end) {
      const auto position = pipeline.position(end.first);
      return position && *position > end.second;
    });
  }
  uint64_t count() const { return count_.value_or(0); }

 private:
  fraud::TransactionWriter& writer_;
  std::future<Result<uint64_t>> written_;
  std::optional<uint64_t> count_;
  std::map<PartitionId, Offset> last_;
};

void summarise(Console& console, const fraud::Pipeline& pipeline, Duration took) {
  const auto& totals = pipeline.totals();
  const double seconds = std::chrono::duration<double>(took).count();
  console.say(fmt::format(
      "judged {} transactions in {:.1f} s ({}/s): {} alerts", grouped(totals.judged), seconds,
      grouped(static_cast<uint64_t>(static_cast<double>(totals.judged) / seconds)),
      alerts_text(totals)));
  if (totals.rejected + totals.duplicate + totals.late > 0) {
    console.say(fmt::format("  {} put aside as no transactions, {} seen twice, {} too late",
                            grouped(totals.rejected), grouped(totals.duplicate),
                            grouped(totals.late)));
  }
}

/// The parts of one run, in the order they depend on each other.
struct Parts {
  SystemClock clock;
  metrics::Registry registry;
  std::shared_ptr<http::EventHub> hub =
      std::make_shared<http::EventHub>(static_cast<uint64_t>(SystemClock().wall_now().value()));
  fraud::LivePage page{hub, clock};
  std::unique_ptr<fraud::Service> service;
  std::unique_ptr<http::Server> server;
};

Result<Exit> judge(Parts& parts, const Arguments& arguments, Console& console,
                   const ReplayPlan& plan, LiveTerminal& terminal) {
  MR_TRY(auto writer,
         fraud::TransactionWriter::open(
             {.brokers = brokers_of(arguments),
              .topic = std::string(arguments.text_or("--transactions", "transactions"))},
             client_logger(arguments, console)));
  std::optional<ReplayRun> replay;
  std::stop_source replay_stop;
  const std::stop_callback on_stop(console.stop(), [&] { replay_stop.request_stop(); });
  if (!plan.files.empty()) replay.emplace(writer, plan, replay_stop.get_token());

  const bool ends = arguments.has("--exit-at-end");
  Result<bool> done = false;
  const MonoTime began = parts.clock.mono_now();
  const auto turn = [&] {
    const auto& service = *parts.service;
    if (parts.page.tick(service.pipeline(), service.lag())) terminal.numbers(parts.page.numbers());
    if (replay) {
      done = replay->is_judged(service.pipeline());
      return done && !*done;
    }
    return !(ends && service.at_end());
  };
  const auto ran = parts.service->run(console.stop(), turn);
  replay_stop.request_stop();
  terminal.clear_line();
  MR_TRY(ran);
  if (!console.stop().stop_requested()) MR_TRY(done);
  summarise(console, parts.service->pipeline(), parts.clock.mono_now() - began);
  if (!replay || console.stop().stop_requested()) return Exit::ok;
  const uint64_t judged = parts.service->pipeline().totals().judged;
  console.say(fmt::format("replayed {} transactions, judged {}", grouped(replay->count()),
                          grouped(judged)));
  return judged >= replay->count() ? Exit::ok : Exit::failed;
}

Result<Exit> fraud_detector(const Arguments& arguments, Console& console) {
  MR_TRY(const auto plan, replay_plan(arguments));
  MR_TRY(const auto config, service_config(arguments));
  MR_TRY(const auto format, format_of(arguments));
  Parts parts;
  export_build_info(parts.registry);
  LiveTerminal terminal(console, format);
  const auto on_alert = [&](const fraud::AlertLog::Acknowledged& alert) {
    terminal.alert(alert);
    parts.page.on_alert(alert);
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
  console.say(fmt::format("judging {} at {}, alerts to {}{}", config.transactions, config.brokers,
                          config.alerts, parts.server ? ", page " + parts.server->url() : ""));
  return judge(parts, arguments, console, plan, terminal);
}

}  // namespace

Command fraud_command() {
  return {.name = "fraud",
          .summary = "judge transactions as they come",
          .operands = "[FILE...]",
          .max_operands = 10'000,
          .flags = with_client_flags(with_detector_flags(
              {{.name = "--replay",
                .value = "FILE",
                .help = "produce the transactions of CSV files (.gz, .zst), judge them and end",
                .repeated = true},
               {.name = "--map",
                .value = "FIELD=COLUMN,...",
                .help = "which column is user_id, amount, location, timestamp, id"},
               {.name = "--transactions", .value = "TOPIC", .help = "[transactions]"},
               {.name = "--alerts", .value = "TOPIC", .help = "[alerts]"},
               {.name = "--partitions",
                .value = "N",
                .help = "of the transactions topic where it is not there yet [6]"},
               {.name = "--group", .letter = 'g', .value = "GROUP", .help = "[fraud]"},
               {.name = "--instance",
                .value = "NAME",
                .help = "another one for each further process of the group [0]"},
               {.name = "--from",
                .value = "WHERE",
                .help = "earliest or latest, where the group has no offsets yet [earliest]"},
               {.name = "--exit-at-end",
                .letter = 'e',
                .help = "end when all there is has been judged"},
               {.name = "--format", .letter = 'f', .value = "lines|json", .help = "[lines]"}})),
          .examples = {{"millrace fraud --exit-at-end", "judge what is in the topic, then end"},
                       {"millrace fraud -f json", "alerts as one JSON object a line"}},
          .notes =
              "A transaction is JSON with user_id, amount, location, timestamp and, where it has "
              "one, transaction_id.\nEvery alert is raised once, also after a crash: alerts are "
              "durable before offsets are committed.",
          .run = fraud_detector};
}

}  // namespace millrace::apps
