#include "broker/handlers/config_answer.h"

namespace millrace::broker {
namespace {

using wire::ConfigSource;

/// The broker's own setting, with Kafka's word for where it came from.
ConfigValue broker_value(const Property<BrokerConfig>& property, const BrokerConfig& broker) {
  auto value = property_text(property, broker);
  auto standard = property_text(property, BrokerConfig{});
  ConfigValue out{.name = std::string(property.name),
                  .value = value,
                  .synonyms = {},
                  .type = property_type(property),
                  .doc = property.doc};
  if (value != standard) {
    out.source = ConfigSource::static_broker_config;
    out.synonyms.push_back({out.name, value, out.source});
  }
  out.synonyms.push_back({out.name, standard, ConfigSource::default_config});
  return out;
}

}  // namespace

std::vector<ConfigValue> broker_values(const BrokerConfig& broker) {
  std::vector<ConfigValue> values;
  for (const auto& property : broker_properties()) values.push_back(broker_value(property, broker));
  return values;
}

std::vector<ConfigValue> topic_values(const BrokerConfig& broker, const TopicOverrides& overrides) {
  std::vector<ConfigValue> values;
  for (const auto& property : topic_properties()) {
    auto value = broker_value(*find_property(broker_properties(), property.broker_name), broker);
    value.name = property.name;
    value.doc = property.doc;
    if (auto set = overrides.find(value.name); set != overrides.end()) {
      value.value = set->second;
      value.source = ConfigSource::topic_config;
      value.synonyms.insert(value.synonyms.begin(), {value.name, value.value, value.source});
    }
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace millrace::broker
