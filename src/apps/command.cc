#include "apps/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "apps/help.h"
#include "base/text.h"

namespace millrace::apps {

std::span<const Flag> global_flags() {
  static constexpr std::array<Flag, 4> flags = {{
      {.name = "--help", .letter = 'h', .help = "show this text"},
      {.name = "--quiet", .letter = 'q', .help = "say nothing but results and errors"},
      {.name = "--verbose", .letter = 'v', .help = "log what happens in detail"},
      {.name = "--no-color", .help = "no colours (also: NO_COLOR=1)"},
  }};
  return flags;
}

std::vector<Flag> with_client_flags(std::vector<Flag> own) {
  own.push_back({.name = "--brokers",
                 .letter = 'b',
                 .value = "H:P,...",
                 .help = "the brokers to talk to [127.0.0.1:9092]"});
  own.push_back({.name = "--property",
                 .letter = 'X',
                 .value = "KEY=VALUE",
                 .help = "any librdkafka property",
                 .repeated = true});
  own.push_back(
      {.name = "--timeout", .value = "TIME", .help = "how long to wait for a broker [10s]"});
  return own;
}

Flag listing_format_flag() {
  return {.name = "--format",
          .letter = 'f',
          .value = "table|json",
          .help = "json prints one object a line [table]"};
}

std::optional<std::string_view> Arguments::text(std::string_view flag) const {
  auto found = values_.find(flag);
  if (found == values_.end()) return std::nullopt;
  return found->second.back();
}

std::string_view Arguments::text_or(std::string_view flag, std::string_view fallback) const {
  return text(flag).value_or(fallback);
}

std::vector<std::string_view> Arguments::all(std::string_view flag) const {
  auto found = values_.find(flag);
  return found == values_.end() ? std::vector<std::string_view>{} : found->second;
}

Result<std::optional<int64_t>> Arguments::integer(std::string_view flag, int64_t min,
                                                  int64_t max) const {
  auto given = text(flag);
  if (!given) return std::optional<int64_t>();
  auto value = parse_int(*given);
  if (!value || *value < min || *value > max) {
    return fail(Errc::invalid_argument,
                fmt::format("{} {}: a number from {} to {} is wanted", flag, *given, min, max));
  }
  return std::optional<int64_t>(*value);
}

Result<std::optional<Milliseconds>> Arguments::duration(std::string_view flag) const {
  auto given = text(flag);
  if (!given) return std::optional<Milliseconds>();
  auto value = parse_duration(*given);
  if (!value) {
    return fail(Errc::invalid_argument,
                fmt::format("{} {}: a time such as 250ms, 20s, 5m is wanted", flag, *given));
  }
  return std::optional<Milliseconds>(*value);
}

/// Reads the words behind a command's name against its flags.
class ArgumentParser {
 public:
  explicit ArgumentParser(const Command& command) : command_(command) {}

  Result<Arguments> parse(std::span<const std::string_view> words) {
    bool only_operands = false;
    for (size_t i = 0; i < words.size(); ++i) {
      auto word = words[i];
      if (only_operands || word.size() < 2 || word[0] != '-') {
        arguments_.operands_.push_back(word);
      } else if (word == "--") {
        only_operands = true;
      } else if (word.starts_with("--")) {
        MR_TRY(i, long_flag(words, i));
      } else {
        MR_TRY(i, short_flags(words, i));
      }
    }
    if (!arguments_.has("--help")) MR_TRY(check_operands());
    return std::move(arguments_);
  }

 private:
  /// Each reads the flag at `words[i]` and returns the index of the last word it used.
  Result<size_t> long_flag(std::span<const std::string_view> words, size_t i) {
    auto equals = words[i].find('=');
    auto name = words[i].substr(0, equals);
    const Flag* flag = find([&](const Flag& f) { return f.name == name; });
    if (flag == nullptr) return unknown(name);
    if (flag->value.empty()) {
      if (equals != std::string_view::npos) {
        return fail(Errc::invalid_argument, fmt::format("{} takes no value", name));
      }
      MR_TRY(store(*flag, ""));
      return i;
    }
    if (equals != std::string_view::npos) {
      MR_TRY(store(*flag, words[i].substr(equals + 1)));
      return i;
    }
    return value_in_next_word(*flag, name, words, i);
  }

  Result<size_t> short_flags(std::span<const std::string_view> words, size_t i) {
    auto letters = words[i].substr(1);
    for (size_t at = 0; at < letters.size(); ++at) {
      auto shown = std::string{'-', letters[at]};
      const Flag* flag = find([&](const Flag& f) { return f.letter == letters[at]; });
      if (flag == nullptr) return unknown(at == 0 ? words[i] : std::string_view(shown));
      if (flag->value.empty()) {
        MR_TRY(store(*flag, ""));
        continue;
      }
      if (at + 1 < letters.size()) {
        MR_TRY(store(*flag, letters.substr(at + 1)));
        return i;
      }
      return value_in_next_word(*flag, shown, words, i);
    }
    return i;
  }

  Result<size_t> value_in_next_word(const Flag& flag, std::string_view shown,
                                    std::span<const std::string_view> words, size_t i) {
    if (i + 1 == words.size()) {
      return fail(Errc::invalid_argument, fmt::format("{} wants a value: {}", shown, flag.value));
    }
    MR_TRY(store(flag, words[i + 1]));
    return i + 1;
  }

  Result<bool> store(const Flag& flag, std::string_view value) {
    auto& values = arguments_.values_[flag.name];
    if (!values.empty() && !flag.repeated && !flag.value.empty()) {
      return fail(Errc::invalid_argument, fmt::format("{} is given twice", flag.name));
    }
    values.push_back(value);
    return true;
  }

  template <class Match>
  const Flag* find(Match match) const {
    for (std::span<const Flag> flags : {std::span<const Flag>(command_.flags), global_flags()}) {
      auto found = std::ranges::find_if(flags, match);
      if (found != flags.end()) return &*found;
    }
    return nullptr;
  }

  tl::unexpected<Error> unknown(std::string_view flag) const {
    if (flag == "-o" && find([](const Flag& f) { return f.name == "--format"; }) != nullptr) {
      return fail(Errc::invalid_argument, "no flag '-o' here; the output format is -f");
    }
    std::vector<std::string_view> names;
    for (const Flag& f : command_.flags) names.push_back(f.name);
    for (const Flag& f : global_flags()) names.push_back(f.name);
    return fail(Errc::invalid_argument,
                fmt::format("unknown flag '{}'{}", flag, did_you_mean(flag, names)));
  }

  Result<bool> check_operands() const {
    auto count = arguments_.operands_.size();
    if (count < command_.min_operands) {
      return fail(Errc::invalid_argument, fmt::format("what is missing: {}", command_.operands));
    }
    if (count > command_.max_operands) {
      return fail(Errc::invalid_argument, fmt::format("'{}' is one word too many",
                                                      arguments_.operands_[command_.max_operands]));
    }
    return true;
  }

  const Command& command_;
  Arguments arguments_;
};

namespace {

Invocation wrong(std::string text) {
  return {.command = nullptr, .arguments = {}, .text = std::move(text), .exit = Exit::usage};
}

/// The command whose name is the longest run of `words` from the first, and how long that is.
std::pair<const Command*, size_t> match(std::span<const std::string_view> words,
                                        std::span<const Command> commands) {
  for (size_t length = std::min<size_t>(words.size(), 2); length > 0; --length) {
    auto name = fmt::format("{}", fmt::join(words.first(length), " "));
    for (const Command& command : commands) {
      if (command.name == name) return {&command, length};
    }
  }
  return {nullptr, 0};
}

Invocation unknown_command(std::span<const std::string_view> words,
                           std::span<const Command> commands) {
  auto first = words[0];
  std::vector<std::string_view> siblings;
  std::vector<std::string_view> tops;
  for (const Command& command : commands) {
    auto space = command.name.find(' ');
    auto top = command.name.substr(0, space);
    if (std::ranges::find(tops, top) == tops.end()) tops.push_back(top);
    if (top == first && space != std::string_view::npos) {
      siblings.push_back(command.name.substr(space + 1));
    }
  }
  if (siblings.empty()) {
    return wrong(fmt::format("unknown command '{}'{}\n  try: millrace --help", first,
                             did_you_mean(first, tops)));
  }
  if (words.size() == 1 || words[1] == "--help" || words[1] == "-h") {
    auto asked = words.size() > 1;
    return {.command = nullptr,
            .arguments = {},
            .text = group_help(first, commands),
            .exit = asked ? Exit::ok : Exit::usage};
  }
  return wrong(fmt::format("unknown command '{} {}'{}\n  try: millrace {} --help", first, words[1],
                           did_you_mean(words[1], siblings), first));
}

}  // namespace

Invocation parse_command_line(std::span<const std::string_view> words,
                              std::span<const Command> commands) {
  if (words.empty()) return wrong(overview(commands));
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    auto rest = words.subspan(1);
    auto asked = rest.empty() ? std::pair<const Command*, size_t>() : match(rest, commands);
    return {.command = nullptr,
            .arguments = {},
            .text = asked.first != nullptr ? command_help(*asked.first) : overview(commands)};
  }
  std::array<std::string_view, 1> version = {"version"};
  if (words[0] == "--version" || words[0] == "-V") words = version;

  auto [command, length] = match(words, commands);
  if (command == nullptr) return unknown_command(words, commands);
  auto arguments = ArgumentParser(*command).parse(words.subspan(length));
  if (!arguments) {
    return wrong(
        fmt::format("{}\n  try: millrace {} --help", arguments.error().context, command->name));
  }
  if (arguments->has("--help")) {
    return {.command = nullptr, .arguments = {}, .text = command_help(*command)};
  }
  return {.command = command, .arguments = *std::move(arguments), .text = ""};
}

}  // namespace millrace::apps
