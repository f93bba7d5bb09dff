#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/strong.h"

/// The field's own ids. Kafka's words and widths; what a value means is Kafka's definition.
namespace millrace {

/// Position of a record in its partition, counted from 0.
using Offset = Strong<struct OffsetTag, int64_t>;
using PartitionId = Strong<struct PartitionIdTag, int32_t>;
using BrokerId = Strong<struct BrokerIdTag, int32_t>;
/// −1 = not idempotent.
using ProducerId = Strong<struct ProducerIdTag, int64_t>;
using ProducerEpoch = Strong<struct ProducerEpochTag, int16_t>;
/// Which generation of a consumer group a member believes in; −1 = none.
using GenerationId = Strong<struct GenerationIdTag, int32_t>;
using LeaderEpoch = Strong<struct LeaderEpochTag, int32_t>;

inline constexpr ProducerId no_producer_id{-1};
inline constexpr LeaderEpoch no_leader_epoch{-1};

/// 128 bits, as Kafka's Uuid: text form is URL-safe base64 without padding (22 characters).
class Uuid {
 public:
  constexpr Uuid() = default;
  constexpr explicit Uuid(std::array<uint8_t, 16> bytes) : bytes_(bytes) {}

  /// Version 4 from the operating system's randomness; never Kafka's two reserved values and
  /// never a text that starts with '-' (as Kafka, so that it can be typed as an argument).
  static Uuid random();
  /// Nothing when `text` is not 22 characters of URL-safe base64.
  static std::optional<Uuid> parse(std::string_view text);

  std::string text() const;
  constexpr bool is_zero() const { return *this == Uuid{}; }
  constexpr const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  constexpr auto operator<=>(const Uuid&) const = default;

 private:
  std::array<uint8_t, 16> bytes_{};
};

/// A topic's identity: survives nothing but its own deletion, unlike its name.
using TopicId = Uuid;

}  // namespace millrace

template <>
struct std::hash<millrace::Uuid> {
  std::size_t operator()(const millrace::Uuid& id) const {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()});
  }
};
