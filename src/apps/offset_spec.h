#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

/// What -o says: where to begin in every partition, and where to end.
///
///     start  end  stored  N  -N  +N  @TIME  FROM:TO  :TO
///
/// TIME is epoch seconds or milliseconds, 2026-01-31, 2026-01-31T10:00:00Z, or -1h for an hour ago.
namespace millrace::apps {

struct FromStart {
  int64_t plus = 0;  ///< records after the oldest
  bool operator==(const FromStart&) const = default;
};
struct FromEnd {
  int64_t minus = 0;  ///< records before the next to arrive
  bool operator==(const FromEnd&) const = default;
};
struct FromStored {  ///< where the group stopped
  bool operator==(const FromStored&) const = default;
};
struct FromOffset {
  Offset offset;
  bool operator==(const FromOffset&) const = default;
};
struct FromTime {  ///< the first record that is not older
  Timestamp time;
  bool operator==(const FromTime&) const = default;
};

/// One end of the range.
struct OffsetPoint {
  std::variant<FromStart, FromEnd, FromStored, FromOffset, FromTime> point;

  bool operator==(const OffsetPoint&) const = default;
};

struct OffsetSpec {
  OffsetPoint from;
  std::optional<OffsetPoint> to;  ///< exclusive; nothing: go on for ever

  bool operator==(const OffsetSpec&) const = default;
};

/// Errors: invalid_argument, with the forms there are.
Result<OffsetSpec> parse_offset_spec(std::string_view text, Timestamp now);

}  // namespace millrace::apps
