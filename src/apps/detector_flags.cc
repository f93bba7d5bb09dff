#include "apps/detector_flags.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace millrace::apps {

std::vector<Flag> with_detector_flags(std::vector<Flag> own) {
  const Flag common[] = {
      {.name = "--amount-above", .value = "AMOUNT", .help = "alert above this amount [900]"},
      {.name = "--velocity",
       .value = "N",
       .help = "alert at N or more transactions of a user within an hour [4]"},
      {.name = "--webhook", .value = "URL", .help = "post every alert there, signed"},
      {.name = "--webhook-secret-file",
       .value = "FILE",
       .help = "holds the whsec_ secret (also: MILLRACE_WEBHOOK_SECRET)"},
      {.name = "--webhook-give-up",
       .value = "TIME",
       .help = "put an alert among the dead letters after that long [1h]"},
      {.name = "--http", .value = "H:P", .help = "page and metrics, or off [127.0.0.1:8090]"},
      {.name = "--insecure", .help = "let --http be an address that other machines reach"},
  };
  own.insert(own.end(), std::begin(common), std::end(common));
  return own;
}

namespace {

/// A secret is never on the command line, where every user of the machine could read it.
Result<std::string> webhook_secret_text(const Arguments& arguments) {
  const auto file = arguments.text("--webhook-secret-file");
  if (file) {
    std::ifstream in{std::string(*file)};
    if (!in)
      return fail(Errc::not_found, fmt::format("--webhook-secret-file {}: not readable", *file));
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  if (const char* set = std::getenv("MILLRACE_WEBHOOK_SECRET")) return std::string(set);
  return fail(Errc::invalid_argument,
              "--webhook needs a secret to sign with: set MILLRACE_WEBHOOK_SECRET or "
              "--webhook-secret-file; make one with: echo whsec_$(openssl rand -base64 32)");
}

Result<std::optional<fraud::WebhookTarget>> webhook_target(const Arguments& arguments) {
  const auto url = arguments.text("--webhook");
  if (!url) return std::nullopt;
  MR_TRY(const std::string text, webhook_secret_text(arguments));
  MR_TRY(auto secret, fraud::WebhookSecret::parse(text));
  MR_TRY(const auto give_up, arguments.duration("--webhook-give-up"));
  fraud::RetryPolicy retry;
  retry.give_up_after = give_up.value_or(retry.give_up_after);
  return fraud::WebhookTarget{std::string(*url), std::move(secret), retry};
}

}  // namespace

Result<fraud::ServiceConfig> detector_config(const Arguments& arguments) {
  fraud::ServiceConfig config;
  auto& thresholds = config.pipeline.detector.thresholds;
  if (const auto amount = arguments.text("--amount-above")) {
    const auto parsed = fraud::Money::parse(*amount);
    if (!parsed) return fail_at("--amount-above", parsed.error());
    thresholds.amount_above = *parsed;
  }
  MR_TRY(const auto velocity, arguments.integer("--velocity", 2, 1'000));
  if (velocity) thresholds.velocity_at_least = static_cast<size_t>(*velocity);
  MR_TRY(config.webhook, webhook_target(arguments));
  return config;
}

Result<std::unique_ptr<http::Server>> serve_page(const Arguments& arguments,
                                                 std::vector<http::Route> routes,
                                                 std::shared_ptr<http::EventHub> hub, Logger log) {
  http::ServerConfig config;
  const auto asked = arguments.text("--http");
  if (asked == "off") return nullptr;
  if (asked) config.listen = *asked;
  config.allow_remote = arguments.has("--insecure");
  auto server = http::Server::start(config, routes, hub, log);
  if (server || asked || server.error().code != Errc::busy) return server;
  config.listen = "127.0.0.1:0";
  return http::Server::start(std::move(config), std::move(routes), std::move(hub), log);
}

}  // namespace millrace::apps
