#include "storage/checkpoints.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"

namespace millrace::storage {
namespace {

constexpr uint64_t max_text_bytes = 64 << 20;

/// The lines of a checkpoint after version and count, which are checked.
Result<std::vector<std::string_view>> checkpoint_lines(std::string_view text) {
  auto lines = split(text, '\n');
  while (!lines.empty() && trim(lines.back()).empty()) lines.pop_back();
  if (lines.size() < 2) return fail(Errc::corrupt, "checkpoint ends before its count");
  MR_TRY(auto version, parse_int(trim(lines[0])));
  if (version != 0) return fail(Errc::unsupported, fmt::format("checkpoint version {}", version));
  MR_TRY(auto count, parse_int(trim(lines[1])));
  lines.erase(lines.begin(), lines.begin() + 2);
  if (count < 0 || static_cast<std::size_t>(count) != lines.size()) {
    return fail(Errc::corrupt,
                fmt::format("checkpoint has {} lines and says {}", lines.size(), count));
  }
  return lines;
}

}  // namespace

std::string format_offsets(const OffsetCheckpoint& offsets) {
  auto out = fmt::format("0\n{}\n", offsets.size());
  for (const auto& [name, offset] : offsets) {
    fmt::format_to(std::back_inserter(out), "{} {} {}\n", name.topic, name.partition, offset);
  }
  return out;
}

Result<OffsetCheckpoint> parse_offsets(std::string_view text) {
  MR_TRY(auto lines, checkpoint_lines(text));
  OffsetCheckpoint offsets;
  for (auto line : lines) {
    auto words = split(trim(line), ' ');
    if (words.size() != 3) return fail(Errc::corrupt, fmt::format("checkpoint line '{}'", line));
    MR_TRY(auto partition, parse_int(words[1]));
    MR_TRY(auto offset, parse_int(words[2]));
    offsets[{std::string(words[0]), PartitionId(static_cast<int32_t>(partition))}] = Offset(offset);
  }
  return offsets;
}

std::string format_epochs(const std::vector<EpochStart>& epochs) {
  auto out = fmt::format("0\n{}\n", epochs.size());
  for (const auto& [epoch, start] : epochs) {
    fmt::format_to(std::back_inserter(out), "{} {}\n", epoch, start);
  }
  return out;
}

Result<std::vector<EpochStart>> parse_epochs(std::string_view text) {
  MR_TRY(auto lines, checkpoint_lines(text));
  std::vector<EpochStart> epochs;
  for (auto line : lines) {
    auto words = split(trim(line), ' ');
    if (words.size() != 2) return fail(Errc::corrupt, fmt::format("checkpoint line '{}'", line));
    MR_TRY(auto epoch, parse_int(words[0]));
    MR_TRY(auto start, parse_int(words[1]));
    epochs.emplace_back(LeaderEpoch(static_cast<int32_t>(epoch)), Offset(start));
  }
  return epochs;
}

std::string format_partition_metadata(TopicId id) {
  return fmt::format("version: 0\ntopic_id: {}", id.text());
}

Result<TopicId> parse_partition_metadata(std::string_view text) {
  for (auto line : split(text, '\n')) {
    constexpr std::string_view key = "topic_id:";
    line = trim(line);
    if (!line.starts_with(key)) continue;
    if (auto id = Uuid::parse(trim(line.substr(key.size())))) return *id;
  }
  return fail(Errc::corrupt, "partition.metadata has no topic_id");
}

Result<std::map<std::string, std::string, std::less<>>> parse_properties(std::string_view text) {
  std::map<std::string, std::string, std::less<>> properties;
  for (auto line : split(text, '\n')) {
    line = trim(line);
    if (line.empty() || line.front() == '#') continue;
    auto equals = line.find('=');
    if (equals == std::string_view::npos) {
      return fail(Errc::corrupt, fmt::format("line '{}' is not key=value", line));
    }
    properties[std::string(trim(line.substr(0, equals)))] = trim(line.substr(equals + 1));
  }
  return properties;
}

Result<std::optional<std::string>> read_text(io::Directory& directory, std::string_view path) {
  auto file = directory.open(path, io::OpenMode::read_only);
  if (!file) {
    if (file.error().code == Errc::not_found) return std::optional<std::string>();
    return fail(std::move(file).error());
  }
  MR_TRY(auto content, io::read_all(**file, max_text_bytes));
  return std::optional(std::string(as_text(content)));
}

}  // namespace millrace::storage
