#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "apps/command.h"
#include "apps/commands.h"
#include "apps/console.h"
#include "apps/log_sink.h"
#include "apps/stop_signals.h"

namespace millrace::apps {
namespace {

Console::Options console_options(const Arguments& arguments) {
  bool plain = arguments.has("--no-color") || std::getenv("NO_COLOR") != nullptr;
  bool err_is_tty = isatty(STDERR_FILENO) != 0;
  return {.quiet = arguments.has("--quiet"),
          .colour = err_is_tty && !plain,
          .in_is_tty = isatty(STDIN_FILENO) != 0,
          .out_is_tty = isatty(STDOUT_FILENO) != 0,
          .err_is_tty = err_is_tty};
}

Exit say_instead(const Invocation& invocation) {
  bool is_answer = invocation.exit == Exit::ok;
  auto prefix = is_answer || invocation.text.find("\nusage:") != std::string::npos ? "" : "error: ";
  fmt::print(is_answer ? stdout : stderr, "{}{}{}", prefix, invocation.text,
             invocation.text.ends_with('\n') ? "" : "\n");
  return invocation.exit;
}

Exit run(std::vector<std::string_view> words) {
  auto commands = all_commands();
  auto invocation = parse_command_line(words, commands);
  if (invocation.command == nullptr) return say_instead(invocation);

  const Arguments& arguments = invocation.arguments;
  auto options = console_options(arguments);
  auto least = arguments.has("--verbose") ? LogLevel::debug
               : options.quiet            ? LogLevel::error
                                          : LogLevel::info;
  auto sink = stderr_log_sink(least, options.colour);
  StopSignals signals;
  Console console(stdout, stderr, options, Logger(*sink, "millrace"), signals.token());

  auto exit = invocation.command->run(arguments, console);
  bool delivered = console.flush();
  if (!exit) {
    console.complain(exit.error().context);
    return exit_for(exit.error());
  }
  // A reader that took enough and went away (head) is no failure; a full disk is.
  if (!delivered && !console.reader_left() && *exit == Exit::ok) return Exit::failed;
  return *exit;
}

}  // namespace
}  // namespace millrace::apps

int main(int argc, char** argv) {
  return static_cast<int>(millrace::apps::run({argv + 1, argv + argc}));
}
