#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::broker {

inline constexpr std::string_view offsets_topic = "__consumer_offsets";
inline constexpr std::string_view transactions_topic = "__transaction_state";
inline constexpr std::string_view metadata_topic = "__cluster_metadata";

/// Kafka's rules: 1 to 249 of [a-zA-Z0-9._-], not "." or "..".
/// Errors: invalid_argument, saying which rule is broken.
Result<void> check_topic_name(std::string_view name);

/// The name with '.' as '_': two topics must not share one, since metrics could not tell them
/// apart.
std::string collision_key(std::string_view name);

/// Written by the broker alone.
bool is_internal_topic(std::string_view name);

}  // namespace millrace::broker
