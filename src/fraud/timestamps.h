#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace millrace::fraud {

/// A number of seconds since 1970 (fractions allowed), or of milliseconds when it is too large to
/// be seconds (from 1e11 on: the year 5138 as seconds, March 1973 as milliseconds).
Result<Timestamp> timestamp_from_number(double number);

/// A timestamp written as text: ISO 8601 ("2018-04-01T00:00:31Z", with a space for the T, with
/// fractions, with an offset such as +02:00, or a date alone; without a zone it is UTC), or a
/// number as above. Fractions beyond milliseconds are cut.
Result<Timestamp> parse_timestamp(std::string_view text);

/// "2018-04-01T00:00:31.000Z"
std::string format_timestamp(Timestamp at);

}  // namespace millrace::fraud
