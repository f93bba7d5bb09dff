#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "apps/command.h"
#include "fraud/dashboard/live_page.h"
#include "fraud/service/service.h"
#include "http/server.h"

/// What `fraud` and `demo` have in common: the detector's flags and its page.
namespace millrace::apps {

/// --amount-above, --velocity, --webhook…, --http, --insecure, behind the command's own.
std::vector<Flag> with_detector_flags(std::vector<Flag> own);

/// The thresholds and the webhook. Errors: invalid_argument, naming the flag.
Result<fraud::ServiceConfig> detector_config(const Arguments& arguments);

/// Serves the page at --http; nothing with "--http off". Where the default address is taken, any
/// free port will do; one that was asked for is an error.
Result<std::unique_ptr<http::Server>> serve_page(const Arguments& arguments,
                                                 std::vector<http::Route> routes,
                                                 std::shared_ptr<http::EventHub> hub, Logger log);

}  // namespace millrace::apps
