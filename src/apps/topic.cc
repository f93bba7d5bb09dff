#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "apps/client_flags.h"
#include "apps/commands.h"
#include "apps/listing.h"

namespace millrace::apps {
namespace {

Result<Exit> list_topics(const Arguments& arguments, Console& console) {
  MR_TRY(auto admin, connected_admin(arguments, console));
  MR_TRY(auto topics, admin.topics());
  Listing listing({{"topic", "TOPIC"}, {"partitions", "PARTITIONS"}, {"internal", "INTERNAL"}});
  for (const TopicDescription& topic : topics) {
    if (topic.internal && !arguments.has("--internal")) continue;
    listing.add({topic.name, static_cast<int64_t>(topic.partitions.size()), topic.internal});
  }
  auto format = arguments.text_or("--format", "table");
  if (listing.empty() && format == "table") {
    console.say("no topics yet; try: millrace topic create orders");
    return Exit::ok;
  }
  return listing.print(console, format);
}

Result<Exit> create_topics(const Arguments& arguments, Console& console) {
  MR_TRY(auto partitions, arguments.integer("--partitions", 1, 100'000));
  MR_TRY(auto configs, pairs_of(arguments, "--config"));
  MR_TRY(auto admin, connected_admin(arguments, console));
  for (auto name : arguments.operands()) {
    auto made = admin.create_topic({.name = std::string(name),
                                    .partitions = static_cast<int32_t>(partitions.value_or(-1)),
                                    .configs = configs});
    bool is_there = !made && made.error().code == Errc::already_exists;
    if (is_there && arguments.has("--if-not-exists")) {
      console.say(fmt::format("topic '{}' is there already", name));
      continue;
    }
    // A name or a setting that the broker refuses is a failed operation, not a wrong flag.
    if (!made && made.error().code == Errc::invalid_argument) {
      return fail(Errc::failed, made.error().context);
    }
    if (is_there)
      return fail(Errc::already_exists, fmt::format("topic '{}' is there already", name));
    MR_TRY(std::move(made));
    console.say(fmt::format("created topic '{}'", name));
  }
  return Exit::ok;
}

struct DescribedPartition {
  PartitionId id;
  OffsetRange offsets;
};

int64_t records_in(const OffsetRange& range) {
  return range.end - range.start;
}

std::string described_as_json(const std::string& name,
                              const std::vector<DescribedPartition>& partitions,
                              const std::vector<ConfigEntry>& configs) {
  std::string text = fmt::format("{{\"topic\":{},\"partitions\":[", json_string(name));
  for (const auto& [id, range] : partitions) {
    text += fmt::format("{}{{\"partition\":{},\"start_offset\":{},\"end_offset\":{}}}",
                        text.ends_with('[') ? "" : ",", id, range.start, range.end);
  }
  text += "],\"configs\":{";
  for (const ConfigEntry& config : configs) {
    text += fmt::format("{}{}:{{\"value\":{},\"default\":{}}}", text.ends_with('{') ? "" : ",",
                        json_string(config.name), json_string(config.value), config.is_default);
  }
  return text + "}}\n";
}

std::string described_as_table(const std::string& name,
                               const std::vector<DescribedPartition>& partitions,
                               const std::vector<ConfigEntry>& configs, bool with_defaults) {
  int64_t records = 0;
  Listing offsets({{"partition", "PARTITION"},
                   {"start_offset", "START"},
                   {"end_offset", "END"},
                   {"records", "RECORDS"}});
  for (const auto& [id, range] : partitions) {
    records += records_in(range);
    offsets.add({int64_t{id.value()}, range.start.value(), range.end.value(), records_in(range)});
  }
  Listing settings({{"config", "SETTING"}, {"value", "VALUE"}});
  for (const ConfigEntry& config : configs) {
    if (with_defaults || !config.is_default) settings.add({config.name, config.value});
  }
  auto text = fmt::format("TOPIC {}   PARTITIONS {}   RECORDS {}\n\n{}", name, partitions.size(),
                          records, offsets.table());
  if (!settings.empty()) text += "\n" + settings.table();
  return text;
}

Result<Exit> describe_topics(const Arguments& arguments, Console& console) {
  auto format = arguments.text_or("--format", "table");
  if (format != "table" && format != "json") {
    return fail(Errc::invalid_argument, fmt::format("-f {}: there are table and json", format));
  }
  MR_TRY(auto admin, connected_admin(arguments, console));
  MR_TRY(auto topics, admin.topics());
  for (auto name : arguments.operands()) {
    auto topic = std::ranges::find(topics, name, &TopicDescription::name);
    if (topic == topics.end()) return fail(no_such_topic(name, topics));
    std::vector<DescribedPartition> partitions;
    for (PartitionId partition : topic->partitions) {
      MR_TRY(auto range, admin.offsets({topic->name, partition}));
      partitions.push_back({partition, range});
    }
    MR_TRY(auto configs, admin.topic_configs(topic->name));
    console.print(format == "json" ? described_as_json(topic->name, partitions, configs)
                                   : described_as_table(topic->name, partitions, configs,
                                                        arguments.has("--defaults")));
  }
  return Exit::ok;
}

/// Asks only a person: a script that says delete means it.
bool confirmed(const Arguments& arguments, Console& console) {
  if (arguments.has("--yes") || isatty(STDIN_FILENO) == 0) return true;
  auto names = fmt::format("{}", fmt::join(arguments.operands(), ", "));
  console.say(fmt::format("delete {} and every record in it? [y/N]", console.bold(names)));
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

Result<Exit> delete_topics(const Arguments& arguments, Console& console) {
  MR_TRY(auto admin, connected_admin(arguments, console));
  MR_TRY(auto topics, admin.topics());
  for (auto name : arguments.operands()) {
    bool there = std::ranges::find(topics, name, &TopicDescription::name) != topics.end();
    if (!there) return fail(no_such_topic(name, topics));
  }
  if (!confirmed(arguments, console)) {
    console.say("nothing was deleted");
    return Exit::failed;
  }
  for (auto name : arguments.operands()) {
    MR_TRY(admin.delete_topic(std::string(name)));
    console.say(fmt::format("deleted topic '{}'", name));
  }
  return Exit::ok;
}

constexpr size_t any_number = 10'000;

}  // namespace

Command topic_list_command() {
  return {.name = "topic list",
          .summary = "list the topics",
          .flags = with_client_flags(
              {listing_format_flag(),
               {.name = "--internal", .help = "also those that the broker keeps for itself"}}),
          .examples = {{"millrace topic list", "name and partitions"},
                       {"millrace topic list -f json", "one object a line"}},
          .run = list_topics};
}

Command topic_create_command() {
  return {.name = "topic create",
          .summary = "create topics",
          .operands = "TOPIC...",
          .min_operands = 1,
          .max_operands = any_number,
          .flags = with_client_flags(
              {{.name = "--partitions",
                .letter = 'p',
                .value = "N",
                .help = "how many [the broker's num.partitions]"},
               {.name = "--config",
                .letter = 'c',
                .value = "KEY=VALUE",
                .help = "a setting of the topic, e.g. retention.ms=60000",
                .repeated = true},
               {.name = "--if-not-exists", .help = "a topic that is there already is fine"}}),
          .examples = {{"millrace topic create orders -p 6", "six partitions"},
                       {"millrace topic create clicks -c retention.ms=3600000",
                        "records older than an hour may go"}},
          .run = create_topics};
}

Command topic_describe_command() {
  return {.name = "topic describe",
          .summary = "show a topic's partitions, offsets and settings",
          .operands = "TOPIC...",
          .min_operands = 1,
          .max_operands = any_number,
          .flags = with_client_flags(
              {listing_format_flag(),
               {.name = "--defaults", .help = "also the settings that are at their defaults"}}),
          .examples = {{"millrace topic describe orders", "offsets by partition"}},
          .run = describe_topics};
}

Command topic_delete_command() {
  return {.name = "topic delete",
          .summary = "delete topics and their records",
          .operands = "TOPIC...",
          .min_operands = 1,
          .max_operands = any_number,
          .flags = with_client_flags({{.name = "--yes", .help = "do not ask"}}),
          .examples = {{"millrace topic delete orders --yes", "at once"}},
          .run = delete_topics};
}

}  // namespace millrace::apps
