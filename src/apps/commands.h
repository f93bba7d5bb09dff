#pragma once

#include <vector>

#include "apps/command.h"

namespace millrace::apps {

/// Every command of `millrace`, in the order of `--help`.
std::vector<Command> all_commands();

Command version_command();

}  // namespace millrace::apps
