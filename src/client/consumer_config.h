#pragma once

#include "client/kafka.h"
#include "millrace/consumer.h"

namespace millrace::client {

/// librdkafka's configuration for these options. Errors: invalid_argument, naming the option.
Result<Config> configure(const ConsumerOptions& options);

}  // namespace millrace::client
