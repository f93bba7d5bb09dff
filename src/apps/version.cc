#include <fmt/format.h>

#include "apps/commands.h"

namespace millrace::apps {

Command version_command() {
  return {.name = "version",
          .summary = "the version of this program",
          .examples = {{"millrace version", "also: millrace --version"}},
          .run = [](const Arguments&, Console& console) -> Result<Exit> {
            console.print(fmt::format("millrace {}\n", MILLRACE_VERSION));
            return Exit::ok;
          }};
}

}  // namespace millrace::apps
