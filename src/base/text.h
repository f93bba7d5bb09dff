#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace millrace {

/// The candidate nearest to `word` by edit distance (a swap of neighbours counts one), if it is
/// near enough to be a typing slip; nothing otherwise.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

/// " (did you mean <nearest>?)", or nothing when no candidate is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);

/// The whole of `text` as a decimal integer; errors name the text.
Result<int64_t> parse_int(std::string_view text);
Result<double> parse_double(std::string_view text);
/// "true" or "false".
Result<bool> parse_bool(std::string_view text);
/// "250ms", "20s", "5m", "2h", "7d"; a bare number is not a duration.
Result<Milliseconds> parse_duration(std::string_view text);

/// "1.2 GiB", "17.0 KiB", "12 B".
std::string human_bytes(uint64_t bytes);
/// "7.4 ms", "1.20 s", "830 µs".
std::string human_duration(Duration d);

}  // namespace millrace
