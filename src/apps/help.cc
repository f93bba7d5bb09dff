#include "apps/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace millrace::apps {
namespace {

struct Row {
  std::string left;
  std::string_view right;
};

std::string columns(const std::vector<Row>& rows) {
  size_t width = 0;
  for (const Row& row : rows) width = std::max(width, row.left.size());
  std::string text;
  for (const Row& row : rows) {
    text += fmt::format("  {:{}}  {}\n", row.left, width, row.right);
  }
  return text;
}

std::vector<Row> flag_rows(std::span<const Flag> flags) {
  std::vector<Row> rows;
  for (const Flag& flag : flags) {
    auto letter = flag.letter == 0 ? std::string("    ") : fmt::format("-{}, ", flag.letter);
    auto value = flag.value.empty() ? std::string() : fmt::format(" {}", flag.value);
    rows.push_back({fmt::format("{}{}{}", letter, flag.name, value), flag.help});
  }
  return rows;
}

}  // namespace

std::string overview(std::span<const Command> commands) {
  std::vector<Row> rows;
  for (const Command& command : commands) {
    rows.push_back({std::string(command.name), command.summary});
  }
  return fmt::format(
      "Millrace: a durable broker for every Kafka client, and fraud detection on it.\n\n"
      "usage: millrace COMMAND [FLAGS]\n\n"
      "{}\n"
      "start here:\n"
      "  millrace broker --data ./data       a broker on 127.0.0.1:9092\n"
      "  millrace COMMAND --help             examples and flags of a command\n",
      columns(rows));
}

std::string group_help(std::string_view noun, std::span<const Command> commands) {
  std::vector<Row> rows;
  for (const Command& command : commands) {
    if (command.name.starts_with(noun) && command.name.substr(noun.size()).starts_with(' ')) {
      rows.push_back(
          {fmt::format("millrace {} {}", command.name, command.operands), command.summary});
    }
  }
  return columns(rows);
}

std::string command_help(const Command& command) {
  auto space = command.operands.empty() ? "" : " ";
  auto text = fmt::format("{}\n\nusage: millrace {}{}{} [FLAGS]\n", command.summary, command.name,
                          space, command.operands);
  if (!command.examples.empty()) {
    text += "\nexamples:\n";
    std::vector<Row> rows;
    for (const Example& example : command.examples) {
      rows.push_back({std::string(example.line), example.what});
    }
    text += columns(rows);
  }
  if (!command.flags.empty()) text += "\nflags:\n" + columns(flag_rows(command.flags));
  text += "\nalways:\n" + columns(flag_rows(global_flags()));
  if (!command.notes.empty()) text += fmt::format("\n{}\n", command.notes);
  return text;
}

}  // namespace millrace::apps
