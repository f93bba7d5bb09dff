#include "apps/commands.h"

namespace millrace::apps {

std::vector<Command> all_commands() {
  return {
      version_command(),
  };
}

}  // namespace millrace::apps
