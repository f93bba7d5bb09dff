#include <fmt/format.h>

#include "apps/commands.h"

namespace millrace::apps {

std::string_view version_text() {
  return MILLRACE_VERSION;
}

void export_build_info(metrics::Registry& registry) {
  registry
      .gauge("millrace_build_info", "1; the label tells the version of the program.",
             {{"version", std::string(version_text())}})
      .set(1);
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
