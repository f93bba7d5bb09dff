#include "apps/client_flags.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/text.h"

namespace millrace::apps {

std::string brokers_of(const Arguments& arguments) {
  if (auto given = arguments.text("--brokers")) return std::string(*given);
  if (const char* set = std::getenv("MILLRACE_BROKERS"); set != nullptr) return set;
  return "127.0.0.1:9092";
}

Result<std::vector<std::pair<std::string, std::string>>> pairs_of(const Arguments& arguments,
                                                                  std::string_view flag) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (auto text : arguments.all(flag)) {
    auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return fail(Errc::invalid_argument, fmt::format("{} {}: key=value is wanted", flag, text));
    }
    pairs.emplace_back(trim(text.substr(0, equals)), text.substr(equals + 1));
  }
  return pairs;
}

Result<Milliseconds> timeout_of(const Arguments& arguments) {
  MR_TRY(auto given, arguments.duration("--timeout"));
  return given.value_or(Milliseconds(10'000));
}

Logger client_logger(const Arguments& arguments, const Console& console) {
  return arguments.has("--verbose") ? console.log().named("client") : Logger();
}

Result<Admin> connected_admin(const Arguments& arguments, const Console& console) {
  MR_TRY(auto props, pairs_of(arguments, "--property"));
  MR_TRY(auto timeout, timeout_of(arguments));
  MR_TRY(auto admin, Admin::open({.bootstrap = brokers_of(arguments),
                                  .timeout = timeout,
                                  .props = std::move(props),
                                  .logger = client_logger(arguments, console)}));
  MR_TRY(admin.connect());
  return admin;
}

Error no_such_topic(std::string_view name, const std::vector<TopicDescription>& topics) {
  std::vector<std::string_view> names;
  for (const TopicDescription& topic : topics) names.push_back(topic.name);
  return {Errc::not_found, fmt::format("no topic '{}'{}", name, did_you_mean(name, names))};
}

}  // namespace millrace::apps
