#include "apps/commands.h"

namespace millrace::apps {

std::vector<Command> all_commands() {
  return {
      demo_command(),         broker_command(),         fraud_command(),
      topic_list_command(),   topic_create_command(),   topic_describe_command(),
      topic_delete_command(), produce_command(),        consume_command(),
      group_list_command(),   group_describe_command(), trim_command(),
      version_command(),
  };
}

}  // namespace millrace::apps
