#pragma once

#include "base/result.h"
#include "wire/error_code.h"

namespace millrace::broker {

/// The one place where an operating error becomes an answer to a Kafka client: what the same
/// condition is called by Apache Kafka, for a request that touches a partition's log.
wire::ErrorCode error_code_of(const Error& error);

}  // namespace millrace::broker
