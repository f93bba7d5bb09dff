#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>

#include "apps/client_flags.h"
#include "apps/commands.h"
#include "apps/record_format.h"
#include "base/text.h"
#include "millrace/producer.h"

namespace millrace::apps {
namespace {

/// What the flags say about every record.
struct Shape {
  std::string topic;
  bool json = false;
  bool tombstones = false;
  std::optional<std::string> key;
  std::string key_separator;  ///< empty: lines hold values only
  SendOptions options;
};

Result<Compression> compression_of(std::string_view name) {
  constexpr std::array<std::string_view, 5> names = {"none", "gzip", "snappy", "lz4", "zstd"};
  auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    return fail(Errc::invalid_argument,
                fmt::format("-z {}: there are {}", name, fmt::join(names, ", ")));
  }
  return static_cast<Compression>(found - names.begin());
}

Result<Headers> headers_of(const Arguments& arguments) {
  MR_TRY(auto pairs, pairs_of(arguments, "--header"));
  Headers headers;
  for (auto& [name, value] : pairs) headers.push_back({std::move(name), std::move(value)});
  return headers;
}

/// A separator as it is typed: "\t" is a tab.
std::string unescaped(std::string_view text) {
  if (text == "\\t") return "\t";
  if (text == "\\n") return "\n";
  return std::string(text);
}

Result<Shape> shape_of(const Arguments& arguments) {
  Shape shape;
  shape.topic = arguments.operands()[0];
  auto format = arguments.text_or("--format", "lines");
  if (format != "lines" && format != "json") {
    return fail(Errc::invalid_argument, fmt::format("-f {}: there are lines and json", format));
  }
  shape.json = format == "json";
  shape.tombstones = arguments.has("--tombstone");
  if (auto key = arguments.text("--key")) shape.key = std::string(*key);
  shape.key_separator = unescaped(arguments.text_or("--key-separator", ""));
  if (shape.key && !shape.key_separator.empty()) {
    return fail(Errc::invalid_argument, "-k gives every record one key, -K takes it from the line");
  }
  MR_TRY(shape.options.headers, headers_of(arguments));
  MR_TRY(auto partition, arguments.integer("--partition", 0, 1'000'000));
  if (partition) shape.options.partition = PartitionId(static_cast<int32_t>(*partition));
  return shape;
}

/// Sends lines as records and counts what became of them.
class Sender {
 public:
  Sender(RawProducer producer, Shape shape)
      : producer_(std::move(producer)), shape_(std::move(shape)) {}

  void send(NullableBytes key, NullableBytes value, const SendOptions& options) {
    // Its failure is counted by the producer and told by flush.
    auto delivery = producer_.send(shape_.topic, key, value, options);
  }

  Result<bool> send_line(std::string_view line) {
    if (shape_.json) return send_json(line);
    auto key = shape_.key ? NullableBytes(as_bytes(*shape_.key)) : std::nullopt;
    if (shape_.tombstones) {
      send(as_bytes(line), std::nullopt, shape_.options);
      return true;
    }
    if (!shape_.key_separator.empty()) {
      auto at = line.find(shape_.key_separator);
      if (at == std::string_view::npos) {
        return fail(Errc::failed,
                    fmt::format("no '{}' between key and value", shape_.key_separator));
      }
      key = as_bytes(line.substr(0, at));
      line = line.substr(at + shape_.key_separator.size());
    }
    send(key, as_bytes(line), shape_.options);
    return true;
  }

  Result<bool> send_all(std::istream& in, std::string_view name, const std::stop_token& stop) {
    std::string line;
    for (int64_t number = 1; !stop.stop_requested() && std::getline(in, line); ++number) {
      if (auto sent = send_line(line); !sent) {
        return fail_at(fmt::format("{}:{}", name, number), std::move(sent).error());
      }
    }
    return true;
  }

  RawProducer& producer() { return producer_; }
  const Shape& shape() const { return shape_; }

 private:
  Result<bool> send_json(std::string_view line) {
    auto record = parse_json_record(line);
    if (!record) return fail(Errc::failed, record.error().context);
    auto options = shape_.options;
    std::ranges::move(record->headers, std::back_inserter(options.headers));
    auto bytes_of = [](const std::optional<std::string>& text) {
      return text ? NullableBytes(as_bytes(*text)) : std::nullopt;
    };
    send(bytes_of(shape_.key ? shape_.key : record->key), bytes_of(record->value), options);
    return true;
  }

  RawProducer producer_;
  Shape shape_;
};

Result<bool> send_input(Sender& sender, const Arguments& arguments, Console& console) {
  const Shape& shape = sender.shape();
  if (shape.tombstones && shape.key) {
    sender.send(as_bytes(*shape.key), std::nullopt, shape.options);
    return true;
  }
  auto files = arguments.operands().subspan(1);
  if (files.empty()) {
    if (console.options().in_is_tty) {
      console.say(console.dim("one record a line; Ctrl-D ends"));
    }
    return sender.send_all(std::cin, "stdin", console.stop());
  }
  for (auto file : files) {
    if (file == "-") {
      MR_TRY(sender.send_all(std::cin, "stdin", console.stop()));
      continue;
    }
    std::ifstream in{std::string(file)};
    if (!in) return fail(Errc::not_found, fmt::format("cannot read {}", file));
    MR_TRY(sender.send_all(in, file, console.stop()));
  }
  return true;
}

Result<Exit> produce(const Arguments& arguments, Console& console) {
  MR_TRY(auto shape, shape_of(arguments));
  MR_TRY(auto codec, compression_of(arguments.text_or("--compression", "none")));
  MR_TRY(auto props, pairs_of(arguments, "--property"));
  MR_TRY(auto timeout, timeout_of(arguments));
  MR_TRY(connected_admin(arguments, console));
  MR_TRY(auto producer, RawProducer::open({.bootstrap = brokers_of(arguments),
                                           .compression = codec,
                                           .props = std::move(props),
                                           .logger = client_logger(arguments, console)}));
  Sender sender(std::move(producer), std::move(shape));
  auto sent = send_input(sender, arguments, console);
  auto flushed = sender.producer().flush(timeout);
  auto stats = sender.producer().stats();
  console.say(fmt::format("{} {} in '{}'", stats.delivered,
                          stats.delivered == 1 ? "record is" : "records are",
                          sender.shape().topic));
  MR_TRY(std::move(sent));
  MR_TRY(std::move(flushed));
  return console.stop().stop_requested() ? Exit::interrupted : Exit::ok;
}

}  // namespace

Command produce_command() {
  return {
      .name = "produce",
      .summary = "send lines of files or stdin as records",
      .operands = "TOPIC [FILE...]",
      .min_operands = 1,
      .max_operands = 10'000,
      .flags = with_client_flags(
          {{.name = "--key", .letter = 'k', .value = "KEY", .help = "the key of every record"},
           {.name = "--key-separator",
            .letter = 'K',
            .value = "TEXT",
            .help = "what stands between key and value in a line, e.g. : or \\t"},
           {.name = "--header",
            .letter = 'H',
            .value = "NAME=VALUE",
            .help = "a header of every record",
            .repeated = true},
           {.name = "--partition",
            .letter = 'p',
            .value = "N",
            .help = "this partition [by the key's murmur2, as Java does]"},
           {.name = "--compression",
            .letter = 'z',
            .value = "CODEC",
            .help = "gzip, snappy, lz4 or zstd [none]"},
           {.name = "--format",
            .letter = 'f',
            .value = "lines|json",
            .help = "json reads what `consume -f json` prints [lines]"},
           {.name = "--tombstone",
            .help = "send null values: one for -k KEY, else one for each line as key"}}),
      .examples = {{"echo hello | millrace produce greetings", "one record"},
                   {"echo 'u1:{\"amount\": 950}' | millrace produce transactions -K :", "key u1"},
                   {"millrace produce transactions -k u1 --tombstone", "forget u1"},
                   {"millrace consume a -e -f json | millrace produce b -f json", "copy a topic"}},
      .notes = "Returns when every record is durable (acks=all, idempotent, retried).",
      .run = produce};
}

}  // namespace millrace::apps
