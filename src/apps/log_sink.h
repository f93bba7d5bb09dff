#pragma once

#include <memory>

#include "base/log.h"

namespace millrace::apps {

/// Log lines on stderr: time, level, component, sentence, key=value. Below `least` they are
/// dropped before they are formatted.
std::unique_ptr<LogSink> stderr_log_sink(LogLevel least, bool colour);

}  // namespace millrace::apps
