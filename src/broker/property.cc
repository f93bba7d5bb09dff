#include "broker/property.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "broker/broker_config.h"
#include "broker/topic_config.h"

namespace millrace::broker {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

template <class Struct>
tl::unexpected<Error> bad_value(const Property<Struct>& property, std::string_view value,
                                std::string_view expected) {
  return fail(Errc::invalid_argument,
              fmt::format("{}={}: {} is expected", property.name, value, expected));
}

template <class Struct>
Result<int64_t> parse_in_range(const Property<Struct>& property, std::string_view value,
                               int64_t type_max) {
  auto max = std::min(property.max, type_max);
  auto number = parse_int(value);
  if (!number || *number < property.min || *number > max) {
    return bad_value(property, value,
                     max == type_max ? fmt::format("an integer from {} on", property.min)
                                     : fmt::format("an integer from {} to {}", property.min, max));
  }
  return *number;
}

/// A list's every element must be allowed; a text is a list of one.
template <class Struct>
bool all_allowed(const Property<Struct>& property, std::string_view value) {
  if (property.allowed.empty()) return true;
  for (auto element : split(value, ',')) {
    if (std::ranges::find(property.allowed, trim(element)) == property.allowed.end()) return false;
  }
  return true;
}

}  // namespace

template <class Struct>
Result<void> set_property(const Property<Struct>& property, Struct& in, std::string_view value) {
  value = trim(value);
  return std::visit(Overloaded{
                        [&](bool Struct::*member) -> Result<void> {
                          auto parsed = parse_bool(value);
                          if (!parsed) return bad_value(property, value, "true or false");
                          in.*member = *parsed;
                          return {};
                        },
                        [&](int32_t Struct::*member) -> Result<void> {
                          MR_TRY(auto number, parse_in_range(property, value, INT32_MAX));
                          in.*member = static_cast<int32_t>(number);
                          return {};
                        },
                        [&](int64_t Struct::*member) -> Result<void> {
                          MR_TRY(in.*member, parse_in_range(property, value, INT64_MAX));
                          return {};
                        },
                        [&](std::string Struct::*member) -> Result<void> {
                          if (!all_allowed(property, value)) {
                            return bad_value(
                                property, value,
                                fmt::format("one of {}", fmt::join(property.allowed, ", ")));
                          }
                          in.*member = std::string(value);
                          return {};
                        },
                    },
                    property.member);
}

template <class Struct>
std::string property_text(const Property<Struct>& property, const Struct& in) {
  return std::visit(
      Overloaded{
          [&](bool Struct::*member) -> std::string { return in.*member ? "true" : "false"; },
          [&](std::string Struct::*member) -> std::string { return in.*member; },
          [&](auto member) -> std::string { return std::to_string(in.*member); },
      },
      property.member);
}

template <class Struct>
PropertyType property_type(const Property<Struct>& property) {
  return std::visit(Overloaded{
                        [](bool Struct::*) { return PropertyType::boolean; },
                        [](int32_t Struct::*) { return PropertyType::int32; },
                        [](int64_t Struct::*) { return PropertyType::int64; },
                        [](std::string Struct::*) { return PropertyType::text; },
                    },
                    property.member);
}

template Result<void> set_property(const Property<BrokerConfig>&, BrokerConfig&, std::string_view);
template Result<void> set_property(const Property<TopicConfig>&, TopicConfig&, std::string_view);
template std::string property_text(const Property<BrokerConfig>&, const BrokerConfig&);
template std::string property_text(const Property<TopicConfig>&, const TopicConfig&);
template PropertyType property_type(const Property<BrokerConfig>&);
template PropertyType property_type(const Property<TopicConfig>&);

}  // namespace millrace::broker
