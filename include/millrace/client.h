#pragma once

/// The client library in one include: typed Producer and Consumer, Admin, serdes.

#include "millrace/admin.h"     // IWYU pragma: export
#include "millrace/consumer.h"  // IWYU pragma: export
#include "millrace/error.h"     // IWYU pragma: export
#include "millrace/producer.h"  // IWYU pragma: export
