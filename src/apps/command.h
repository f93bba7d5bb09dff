#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/console.h"
#include "base/result.h"
#include "base/time.h"

/// The command line as data: one `Command` says what is parsed, what `--help` teaches and what
/// runs. commands.cc lists them all.
namespace millrace::apps {

struct Flag {
  std::string_view name;        ///< "--data"
  char letter = 0;              ///< 'd' makes -d the same; 0 = none
  std::string_view value = {};  ///< its value's name in --help ("DIR"); empty = a switch
  std::string_view help = {};   ///< what it does; ends with its default where it has one
  bool repeated = false;        ///< may be given more than once
};

struct Example {
  std::string_view line;  ///< "millrace consume alerts -n 3", runnable as it stands
  std::string_view what;
};

/// What stood behind the command's name, checked against its flags. Views live as long as argv.
class Arguments {
 public:
  bool has(std::string_view flag) const { return values_.contains(flag); }
  /// The last value given for the flag.
  std::optional<std::string_view> text(std::string_view flag) const;
  std::string_view text_or(std::string_view flag, std::string_view fallback) const;
  /// Every value of a repeated flag, in order.
  std::vector<std::string_view> all(std::string_view flag) const;
  /// Fails with invalid_argument, naming the flag, when its value is not a number in the range.
  Result<std::optional<int64_t>> integer(std::string_view flag, int64_t min, int64_t max) const;
  /// As `integer`; "250ms", "20s", "5m", "2h".
  Result<std::optional<Milliseconds>> duration(std::string_view flag) const;
  /// What is not a flag, in order.
  std::span<const std::string_view> operands() const { return operands_; }

 private:
  friend class ArgumentParser;
  std::map<std::string_view, std::vector<std::string_view>, std::less<>> values_;
  std::vector<std::string_view> operands_;
};

struct Command {
  std::string_view name;           ///< "topic create"
  std::string_view summary;        ///< one line, no full stop
  std::string_view operands = "";  ///< as usage shows them: "TOPIC...", "[FILE...]"
  size_t min_operands = 0;
  size_t max_operands = 0;
  std::vector<Flag> flags = {};  ///< besides the global ones
  std::vector<Example> examples = {};
  std::string_view notes = "";  ///< further paragraphs of --help
  /// Returns the exit code; an error is printed by main and mapped by `exit_for`.
  std::function<Result<Exit>(const Arguments&, Console&)> run = {};
};

/// Flags that every command takes: --help, -q, -v, --no-color.
std::span<const Flag> global_flags();
/// Flags of every command that talks to a broker: -b, -X, --timeout.
std::vector<Flag> with_client_flags(std::vector<Flag> own);
/// -f table|json, for every command that lists something.
Flag listing_format_flag();

/// What to run, or what to say instead.
struct Invocation {
  const Command* command = nullptr;  ///< null: print `text` and exit with `exit`
  Arguments arguments;
  std::string text;
  Exit exit = Exit::ok;
};

/// Reads `words` (argv without the program's name). Never prints. A wrong word becomes a text that
/// names the nearest right one, with Exit::usage.
Invocation parse_command_line(std::span<const std::string_view> words,
                              std::span<const Command> commands);

}  // namespace millrace::apps
