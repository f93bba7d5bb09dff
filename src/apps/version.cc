#include <fmt/format.h>

#include "apps/commands.h"

namespace millrace::apps {

std::string_view version_text() {
  return MILLRACE_VERSION;
}

Command version_command() {
  return {.name = "version",
          .summary = "the version of this program",
          .examples = {{"millrace version", "also: millrace --version"}},
          .run = [](const Arguments&, Console& console) -> Result<Exit> {
            console.print(fmt::format("millrace {}\n", version_text()));
            return Exit::ok;
          }};
}

}  // namespace millrace::apps
