#pragma once

#include <span>
#include <string>
#include <string_view>

#include "apps/command.h"

namespace millrace::apps {

/// What `millrace --help` prints: every command with its summary.
std::string overview(std::span<const Command> commands);
/// What `millrace topic` prints: the commands of one noun.
std::string group_help(std::string_view noun, std::span<const Command> commands);
/// What `millrace topic create --help` prints: usage, examples first, then flags.
std::string command_help(const Command& command);

}  // namespace millrace::apps
