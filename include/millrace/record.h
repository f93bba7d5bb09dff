#pragma once

#include <compare>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"

namespace millrace {

/// A record's header. Names may repeat and keep their order; the value is bytes, or null.
struct Header {
  std::string name;
  std::optional<std::string> value{};

  bool operator==(const Header&) const = default;
};
using Headers = std::vector<Header>;

struct TopicPartition {
  std::string topic{};
  PartitionId partition{};

  auto operator<=>(const TopicPartition&) const = default;
};

/// A place to read from: an offset, or one of the names below.
struct TopicPartitionOffset {
  std::string topic{};
  PartitionId partition{};
  Offset offset{};

  auto operator<=>(const TopicPartitionOffset&) const = default;
};

inline constexpr Offset offset_beginning{-2};  ///< the oldest record that is kept
inline constexpr Offset offset_end{-1};        ///< the next record to arrive
inline constexpr Offset offset_committed{
    -1000};  ///< where the group stopped; else auto_offset_reset

/// librdkafka's own properties by name, for whatever has no option of ours.
using Properties = std::vector<std::pair<std::string, std::string>>;

/// Absent = null.
using NullableBytes = std::optional<Bytes>;

/// A consumed record before it is decoded. The views hold until the consumer is asked for more.
struct RawRecord {
  std::string_view topic{};
  PartitionId partition{};
  Offset offset{};
  Timestamp timestamp{-1};  ///< −1 = the record carries none
  NullableBytes key{};
  NullableBytes value{};
  Headers headers{};
};

/// A consumed record. It owns what it holds, so it may be kept or moved away.
template <class K, class V>
struct Record {
  std::string topic{};
  PartitionId partition{};
  Offset offset{};
  Timestamp timestamp{-1};   ///< −1 = the record carries none
  std::optional<K> key{};    ///< nothing = a null key
  std::optional<V> value{};  ///< nothing = a tombstone (null value)
  Headers headers{};
};

}  // namespace millrace
