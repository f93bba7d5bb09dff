#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/broker_config.h"
#include "broker/property.h"
#include "broker/topic_config.h"
#include "wire/types.h"

namespace millrace::broker {

/// One setting as the config APIs show it.
struct ConfigValue {
  struct Synonym {
    std::string name;
    std::string value;
    wire::ConfigSource source;
  };

  std::string name;
  std::string value;
  wire::ConfigSource source = wire::ConfigSource::default_config;
  std::vector<Synonym> synonyms;  ///< where the value could come from, the one in force first
  PropertyType type = PropertyType::text;
  std::string_view doc;
};

/// All settings of a topic with these overrides.
std::vector<ConfigValue> topic_values(const BrokerConfig& broker, const TopicOverrides& overrides);
std::vector<ConfigValue> broker_values(const BrokerConfig& broker);

}  // namespace millrace::broker
