#pragma once

#include <string_view>
#include <vector>

#include "apps/command.h"
#include "base/metrics.h"

namespace millrace::apps {

/// Every command of `millrace`, in the order of `--help`.
std::vector<Command> all_commands();

/// "0.1.0"
std::string_view version_text();

/// Adds millrace_build_info, which tells the version, to what /metrics shows.
void export_build_info(metrics::Registry& registry);

Command broker_command();
Command demo_command();
Command fraud_command();
Command topic_list_command();
Command topic_create_command();
Command topic_describe_command();
Command topic_delete_command();
Command produce_command();
Command consume_command();
Command group_list_command();
Command group_describe_command();
Command trim_command();
Command version_command();

}  // namespace millrace::apps
