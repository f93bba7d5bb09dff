#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace millrace::broker {

/// Kafka's numbers for the type of a configuration value (DescribeConfigs v3).
enum class PropertyType : int8_t { boolean = 1, text = 2, int32 = 3, int64 = 5, list = 7 };

/// One line of a table of settings: Kafka's name, where the value lives, what is allowed, and the
/// words that --help, DescribeConfigs and docs/ show. The default is the one of a fresh Struct.
template <class Struct>
struct Property {
  using Member =
      std::variant<bool Struct::*, int32_t Struct::*, int64_t Struct::*, std::string Struct::*>;

  std::string_view name;
  Member member;
  std::string_view doc;
  int64_t min = 0;  ///< of integers; both ends are allowed
  int64_t max = std::numeric_limits<int64_t>::max();
  std::vector<std::string_view> allowed;  ///< of texts; none = anything
  std::string_view broker_name;           ///< of topic settings: the broker's default for it
};

/// Errors: invalid_argument, naming the setting, the value and what is allowed.
template <class Struct>
Result<void> set_property(const Property<Struct>& property, Struct& in, std::string_view value);

template <class Struct>
std::string property_text(const Property<Struct>& property, const Struct& in);

template <class Struct>
PropertyType property_type(const Property<Struct>& property);

template <class Struct>
const Property<Struct>* find_property(std::span<const Property<Struct>> table,
                                      std::string_view name) {
  for (const auto& property : table) {
    if (property.name == name) return &property;
  }
  return nullptr;
}

template <class Struct>
std::vector<std::string_view> property_names(std::span<const Property<Struct>> table) {
  std::vector<std::string_view> names;
  for (const auto& property : table) names.push_back(property.name);
  return names;
}

// The definitions are in property.cc, for BrokerConfig and TopicConfig.

}  // namespace millrace::broker
