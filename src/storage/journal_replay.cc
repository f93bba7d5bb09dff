#include "storage/journal_replay.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>

#include "storage/checkpoints.h"
#include "storage/commit_journal.h"
#include "storage/journal_layout.h"

namespace millrace::storage {
namespace {

using namespace journal_layout;
using Entry = CommitJournal::Entry;

// A journal is read whole; its two halves are far smaller.
constexpr uint64_t journal_bytes_max = 1 << 30;

struct Round {
  uint64_t generation = 0;
  uint32_t sequence = 0;
  uint32_t entries = 0;
  Bytes body;
};

// The round that begins at the front of `from`; nothing when none checks out there.
std::optional<Round> round_at(Bytes from) {
  if (from.size() < round_header_bytes || load_be<uint32_t>(from.data()) != magic) return {};
  auto length = load_be<uint32_t>(from.data() + 20);
  if (length > from.size() - round_header_bytes) return {};
  Bytes whole = from.first(round_header_bytes + length);
  if (round_crc(whole) != load_be<uint32_t>(from.data() + crc_at)) return {};
  return Round{load_be<uint64_t>(from.data() + 4), load_be<uint32_t>(from.data() + 12),
               load_be<uint32_t>(from.data() + 16), whole.subspan(round_header_bytes)};
}

// The rounds of one filling of a half. What stands behind them is of an earlier generation.
std::vector<Round> rounds_of(Bytes half) {
  std::vector<Round> rounds;
  while (auto round = round_at(half)) {
    if (round->sequence != rounds.size()) break;
    if (!rounds.empty() && round->generation != rounds.front().generation) break;
    half = half.subspan(round_header_bytes + round->body.size());
    rounds.push_back(*round);
  }
  return rounds;
}

Result<std::vector<Entry>> entries_of(const Round& round) {
  std::vector<Entry> entries;
  Bytes rest = round.body;
  for (uint32_t i = 0; i < round.entries; ++i) {
    if (rest.size() < entry_header_bytes) return fail(Errc::corrupt, "an entry is cut short");
    std::array<uint8_t, 16> id;
    std::memcpy(id.data(), rest.data(), id.size());
    auto position = load_be<uint64_t>(rest.data() + 16);
    std::size_t path_bytes = load_be<uint16_t>(rest.data() + 24);
    std::size_t length = load_be<uint32_t>(rest.data() + 26);
    rest = rest.subspan(entry_header_bytes);
    if (path_bytes + length > rest.size()) return fail(Errc::corrupt, "an entry is cut short");
    entries.push_back(
        {TopicId(id), as_text(rest.first(path_bytes)), position, rest.subspan(path_bytes, length)});
    rest = rest.subspan(path_bytes + length);
  }
  return entries;
}

// Whose partition a directory is; nothing when it does not say.
Result<std::optional<TopicId>> owner_of(io::Directory& directory, std::string_view partition) {
  MR_TRY(auto text, read_text(directory, std::string(partition) + "/partition.metadata"));
  if (!text) return std::nullopt;
  MR_TRY(auto id, parse_partition_metadata(*text));
  return id;
}

/// Writes entries into segments, opening each once.
class Replayer {
 public:
  explicit Replayer(io::Directory& directory) : directory_(directory) {}

  Result<void> write(const Entry& entry) {
    MR_TRY(auto file, segment(entry));
    if (!file) {
      ++done_.skipped;
      return {};
    }
    ++done_.entries;
    return file->write_at(entry.position, std::span(&entry.bytes, 1));
  }

  Result<void> sync_all() {
    for (auto& [path, file] : segments_) {
      if (file) MR_TRY(file->sync_data());
    }
    return {};
  }

  JournalReplay& done() { return done_; }

 private:
  // Null when the segment is gone, or belongs to a later topic of the same name.
  Result<std::shared_ptr<io::File>> segment(const Entry& entry) {
    auto key = std::pair(entry.topic_id, std::string(entry.path));
    if (auto known = segments_.find(key); known != segments_.end()) return known->second;
    std::shared_ptr<io::File> file;
    MR_TRY(auto there, directory_.exists(entry.path));
    if (there) {
      MR_TRY(auto owner, owner_of(directory_, io::parent_of(entry.path)));
      if (owner == entry.topic_id) {
        MR_TRY(file, directory_.open(entry.path, io::OpenMode::read_write));
      }
    }
    segments_.emplace(std::move(key), file);
    return file;
  }

  io::Directory& directory_;
  std::map<std::pair<TopicId, std::string>, std::shared_ptr<io::File>> segments_;
  JournalReplay done_;
};

Result<void> replay_one(io::Directory& directory, const std::string& name, Replayer& replayer) {
  MR_TRY(auto file, directory.open(name, io::OpenMode::read_only));
  MR_TRY(auto content, io::read_all(*file, journal_bytes_max));
  Bytes whole = content;
  std::array halves = {rounds_of(whole.first(whole.size() / 2)),
                       rounds_of(whole.subspan(whole.size() / 2))};
  auto generation = [](const auto& rounds) {
    return rounds.empty() ? uint64_t{0} : rounds.front().generation;
  };
  if (generation(halves[0]) > generation(halves[1])) std::swap(halves[0], halves[1]);
  for (const auto& rounds : halves) {
    for (const auto& round : rounds) {
      MR_TRY(auto entries, entries_of(round));
      for (const auto& entry : entries) MR_TRY(replayer.write(entry));
      ++replayer.done().rounds;
    }
  }
  return {};
}

}  // namespace

Result<JournalReplay> replay_commit_journals(io::Directory& directory, const Logger& logger) {
  MR_TRY(auto all, directory.list(""));
  std::erase_if(all, [](const io::Entry& entry) { return !entry.name.starts_with(name_prefix); });
  if (all.empty()) return JournalReplay{};

  Replayer replayer(directory);
  for (const auto& journal : all) MR_TRY(replay_one(directory, journal.name, replayer));
  MR_TRY(replayer.sync_all());
  for (const auto& journal : all) MR_TRY(directory.remove(journal.name));
  MR_TRY(directory.sync_directory(""));
  const auto& done = replayer.done();
  logger.info("replayed the commit journals", kv("rounds", done.rounds),
              kv("entries", done.entries), kv("skipped", done.skipped));
  return done;
}

}  // namespace millrace::storage
