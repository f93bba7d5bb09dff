#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "apps/client_flags.h"
#include "apps/commands.h"
#include "apps/consume_range.h"
#include "apps/record_format.h"
#include "base/time.h"
#include "millrace/consumer.h"

namespace millrace::apps {
namespace {

/// Makes what was printed visible every now and then, so that a pipe sees records as they come
/// and a fast stream is not written line by line. Ends the reading when nobody takes it any more.
class Flusher {
 public:
  Flusher(Console& console, std::stop_source& reading)
      : thread_([&console, &reading](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any wake;
          std::unique_lock lock(mutex);
          while (!stop.stop_requested()) {
            wake.wait_for(lock, stop, std::chrono::milliseconds(30), [] { return false; });
            if (!console.flush()) reading.request_stop();
          }
        }) {}

 private:
  std::jthread thread_;
};

struct Plan {
  OffsetSpec offsets;
  bool until_end = false;
  std::optional<int64_t> count;
  std::string group;
  std::optional<RecordFormat> format;  ///< nothing: JSON
};

Result<Plan> plan_of(const Arguments& arguments) {
  Plan plan;
  auto now = SystemClock().wall_now();
  auto where = arguments.text_or("--offset", arguments.has("--group") ? "stored" : "start");
  MR_TRY(plan.offsets, parse_offset_spec(where, now));
  plan.until_end = arguments.has("--exit");
  if (plan.until_end && !plan.offsets.to) plan.offsets.to = OffsetPoint{FromEnd{}};
  MR_TRY(plan.count, arguments.integer("--count", 1, INT64_MAX));
  plan.group = arguments.text_or("--group", "");
  auto format = arguments.text_or("--format", "%s\\n");
  if (format != "json") {
    MR_TRY(plan.format, RecordFormat::parse(format));
  }
  return plan;
}

Result<std::vector<TopicDescription>> wanted_topics(Admin& admin, const Arguments& arguments) {
  MR_TRY(auto all, admin.topics());
  std::vector<TopicDescription> wanted;
  for (auto name : arguments.operands()) {
    auto found = std::ranges::find(all, name, &TopicDescription::name);
    if (found == all.end()) return fail(no_such_topic(name, all));
    wanted.push_back(*found);
  }
  return wanted;
}

/// Prints the wanted records of a consumer until the plan is fulfilled.
class Printer {
 public:
  Printer(Console& console, const Plan& plan, const std::vector<PartitionRange>& ranges)
      : console_(console), plan_(plan) {
    for (const PartitionRange& range : ranges) {
      if (range.to) ends_[range.partition] = *range.to;
    }
    bounded_ = !ends_.empty();
  }

  Result<Exit> run(RawConsumer& consumer) {
    std::stop_source reading;
    std::stop_callback on_signal(console_.stop(), [&reading] { reading.request_stop(); });
    Flusher flusher(console_, reading);
    for (;;) {
      MR_TRY(const RawRecord* record, consumer.next(reading.get_token()));
      if (record == nullptr) break;
      if (is_wanted(*record)) print(*record);
      if (is_done()) break;
    }
    return console_.stop().stop_requested() ? Exit::interrupted : Exit::ok;
  }

  int64_t printed() const { return printed_; }

 private:
  /// False for what lies behind the end that was asked for; notes which partitions are through.
  bool is_wanted(const RawRecord& record) {
    if (!bounded_) return true;
    auto end = ends_.find(TopicPartition{std::string(record.topic), record.partition});
    if (end == ends_.end()) return false;
    bool wanted = record.offset < end->second;
    if (record.offset + 1 >= end->second) ends_.erase(end);
    return wanted;
  }

  bool is_done() const {
    return (bounded_ && ends_.empty()) || (plan_.count && printed_ >= *plan_.count);
  }

  void print(const RawRecord& record) {
    line_.clear();
    if (plan_.format) {
      plan_.format->append(record, line_);
    } else {
      append_json(record, line_);
    }
    console_.print(line_);
    ++printed_;
  }

  Console& console_;
  const Plan& plan_;
  std::map<TopicPartition, Offset> ends_;
  bool bounded_ = false;
  int64_t printed_ = 0;
  std::string line_;
};

Result<ConsumerOptions> options_of(const Arguments& arguments, const Console& console,
                                   const Plan& plan) {
  MR_TRY(auto props, pairs_of(arguments, "--property"));
  ConsumerOptions options;
  options.bootstrap = brokers_of(arguments);
  options.group = plan.group;
  options.stop_at_end = plan.offsets.to.has_value();
  options.allow_auto_create_topics = false;
  options.props = std::move(props);
  options.logger = client_logger(arguments, console);
  return options;
}

/// Reads as a member of a group, which decides where to begin and remembers where it stopped.
Result<Exit> consume_as_group(const Arguments& arguments, Console& console, const Plan& plan) {
  bool ends_at_end = !plan.offsets.to || plan.offsets.to == OffsetPoint{FromEnd{}};
  bool begins_known = std::holds_alternative<FromStored>(plan.offsets.from.point) ||
                      plan.offsets.from == OffsetPoint{FromStart{}} ||
                      plan.offsets.from == OffsetPoint{FromEnd{}};
  if (!ends_at_end || !begins_known) {
    return fail(Errc::invalid_argument,
                "with -g, -o is start, end or stored: where a group without an offset begins");
  }
  MR_TRY(auto options, options_of(arguments, console, plan));
  for (auto topic : arguments.operands()) options.topics.emplace_back(topic);
  bool from_end = plan.offsets.from == OffsetPoint{FromEnd{}};
  options.auto_offset_reset = from_end ? Reset::latest : Reset::earliest;
  MR_TRY(auto consumer, RawConsumer::open(std::move(options)));
  Printer printer(console, plan, {});
  auto exit = printer.run(consumer);
  if (printer.printed() > 0) MR_TRY(consumer.commit(Milliseconds(10'000)));
  MR_TRY(consumer.close());
  return exit;
}

Result<Exit> consume(const Arguments& arguments, Console& console) {
  MR_TRY(auto plan, plan_of(arguments));
  MR_TRY(auto admin, connected_admin(arguments, console));
  MR_TRY(auto topics, wanted_topics(admin, arguments));
  if (!plan.group.empty()) return consume_as_group(arguments, console, plan);

  MR_TRY(auto ranges, resolve_ranges(admin, topics, plan.offsets));
  if (ranges.empty()) return Exit::ok;
  MR_TRY(auto options, options_of(arguments, console, plan));
  MR_TRY(auto consumer, RawConsumer::open(std::move(options)));
  std::vector<TopicPartitionOffset> places;
  for (const PartitionRange& range : ranges) {
    places.push_back({range.partition.topic, range.partition.partition, range.from});
  }
  MR_TRY(consumer.assign(places));
  return Printer(console, plan, ranges).run(consumer);
}

}  // namespace

Command consume_command() {
  return {
      .name = "consume",
      .summary = "print records",
      .operands = "TOPIC...",
      .min_operands = 1,
      .max_operands = 1'000,
      .flags = with_client_flags(
          {{.name = "--offset",
            .letter = 'o',
            .value = "WHERE",
            .help = "start, end, stored, N, -N, +N, @TIME or FROM:TO [start; stored with -g]"},
           {.name = "--exit", .letter = 'e', .help = "stop at the end of the topic"},
           {.name = "--count", .letter = 'n', .value = "N", .help = "stop after N records"},
           {.name = "--group",
            .letter = 'g',
            .value = "GROUP",
            .help = "read as this group, go on where it stopped, commit"},
           {.name = "--format",
            .letter = 'f',
            .value = "FORMAT|json",
            .help = "%t topic %p partition %o offset %k key %s value %T time %h headers [%s\\n]"}}),
      .examples = {{"millrace consume alerts", "every alert from the first, then as they come"},
                   {"millrace consume alerts -o end", "only new ones"},
                   {"millrace consume alerts -e -f json", "all there is, an object a line"},
                   {"millrace consume orders -o -3 -e -f '%p@%o %k %s\\n'",
                    "the last three of each partition"},
                   {"millrace consume orders -o @-1h:end -e", "the last hour"}},
      .notes =
          "TIME is epoch seconds or milliseconds, 2026-01-31, 2026-01-31T10:00:00Z, or "
          "-1h.\nA missing topic is an error (exit 1) and is not created.",
      .run = consume};
}

}  // namespace millrace::apps
