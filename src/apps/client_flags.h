#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/command.h"
#include "millrace/admin.h"
#include "millrace/record.h"

/// What -b, -X and --timeout come to, for every command that talks to a broker.
namespace millrace::apps {

/// -b, else $MILLRACE_BROKERS, else 127.0.0.1:9092.
std::string brokers_of(const Arguments& arguments);

/// "key=value" of a repeated flag as pairs. Errors: invalid_argument, naming the flag.
Result<std::vector<std::pair<std::string, std::string>>> pairs_of(const Arguments& arguments,
                                                                  std::string_view flag);

Result<Milliseconds> timeout_of(const Arguments& arguments);

/// librdkafka's own log lines are for -v only: what they mean for the command is in its error.
Logger client_logger(const Arguments& arguments, const Console& console);

/// An Admin that has reached a broker. Errors: unavailable when there is none.
Result<Admin> connected_admin(const Arguments& arguments, const Console& console);

/// "no topic 'x'" with the nearest name there is.
Error no_such_topic(std::string_view name, const std::vector<TopicDescription>& topics);

}  // namespace millrace::apps
