#include <fmt/format.h>

#include <filesystem>

#include "apps/commands.h"
#include "base/time.h"
#include "io/posix_directory.h"
#include "storage/log_directory.h"

namespace millrace::apps {
namespace {

Result<Exit> trim(const Arguments& arguments, Console& console) {
  std::string path(arguments.operands()[0]);
  if (!std::filesystem::is_directory(path)) {
    return fail(Errc::not_found, fmt::format("no directory {}", path));
  }
  MR_TRY(auto directory, io::open_posix_directory(path));
  MR_TRY(auto report, storage::trim_directory(std::move(directory), console.log().named("storage"),
                                              SystemClock().wall_now()));
  for (const storage::Damage& damage : report.damaged) console.complain(damage.sentence());
  console.say(fmt::format("{} partitions are as after a clean stop", report.partitions));
  return report.damaged.empty() ? Exit::ok : Exit::failed;
}

}  // namespace

Command trim_command() {
  return {.name = "trim",
          .summary = "make a data directory left by a crash readable by Kafka's tools",
          .operands = "DIR",
          .min_operands = 1,
          .max_operands = 1,
          .examples = {{"millrace trim ./data", "recovers every log and ends it cleanly"}},
          .notes =
              "No broker may run on the directory. Damage below what was synced is told and "
              "not touched (exit 1).",
          .run = trim};
}

}  // namespace millrace::apps
