#include "broker/topic_name.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::broker {
namespace {

constexpr size_t name_length_max = 249;

bool is_legal(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

Result<void> check_topic_name(std::string_view name) {
  if (name.empty()) return fail(Errc::invalid_argument, "a topic name must not be empty");
  if (name == "." || name == "..") {
    return fail(Errc::invalid_argument, "a topic name must not be \".\" or \"..\"");
  }
  if (name.size() > name_length_max) {
    return fail(Errc::invalid_argument,
                fmt::format("a topic name has at most {} characters, not {}", name_length_max,
                            name.size()));
  }
  if (!std::ranges::all_of(name, is_legal)) {
    return fail(Errc::invalid_argument,
                "a topic name has only ASCII letters, digits, '.', '_' and '-'");
  }
  return {};
}

std::string collision_key(std::string_view name) {
  std::string key(name);
  std::ranges::replace(key, '.', '_');
  return key;
}

bool is_internal_topic(std::string_view name) {
  return name == offsets_topic || name == transactions_topic || name == metadata_topic;
}

}  // namespace millrace::broker
