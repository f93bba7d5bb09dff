#include "storage/log_directory.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "storage/checkpoints.h"
#include "storage/journal_replay.h"

namespace millrace::storage {
namespace {

constexpr std::string_view lock_file = ".lock";
constexpr std::string_view clean_marker = ".kafka_cleanshutdown";
constexpr std::string_view identity_file = "meta.properties";
constexpr std::string_view format_file = "millrace.format";
constexpr std::string_view recovery_file = "recovery-point-offset-checkpoint";
constexpr std::string_view log_start_file = "log-start-offset-checkpoint";
constexpr std::string_view high_watermark_file = "replication-offset-checkpoint";
constexpr std::string_view delete_suffix = "-delete";

/// What this build writes, and the newest it reads. Raised when an older build would misread.
constexpr int64_t format_version = 1;

Result<void> check_format(io::Directory& root) {
  MR_TRY(auto text, read_text(root, format_file));
  if (!text) {
    return io::write_atomically(root, format_file,
                                as_bytes(fmt::format("version={}\n", format_version)));
  }
  MR_TRY(auto properties, parse_properties(*text));
  auto version = parse_int(properties["version"]);
  if (!version) return fail_at(fmt::format("{}/{}", root.name(), format_file), version.error());
  if (*version <= format_version) return {};
  return fail(Errc::unsupported,
              fmt::format("{} has format version {}; this build of Millrace knows {} at most: use "
                          "a newer one",
                          root.name(), *version, format_version));
}

std::string format_identity(const DirectoryIdentity& identity) {
  return fmt::format("version=1\ncluster.id={}\nnode.id={}\ndirectory.id={}\n", identity.cluster_id,
                     identity.node_id, identity.directory_id.text());
}

Result<DirectoryIdentity> parse_identity(std::string_view text) {
  MR_TRY(auto properties, parse_properties(text));
  if (properties["version"] != "1") {
    return fail(Errc::unsupported, fmt::format("{} has version '{}', expected 1", identity_file,
                                               properties["version"]));
  }
  DirectoryIdentity identity;
  identity.cluster_id = properties["cluster.id"];
  auto node = parse_int(properties["node.id"]);
  auto directory = Uuid::parse(properties["directory.id"]);
  if (identity.cluster_id.empty() || !node || !directory) {
    return fail(Errc::corrupt,
                fmt::format("{} lacks cluster.id, node.id or directory.id", identity_file));
  }
  identity.node_id = BrokerId(static_cast<int32_t>(*node));
  identity.directory_id = *directory;
  return identity;
}

Result<DirectoryIdentity> load_identity(io::Directory& root, const LogDirectory::Options& options) {
  MR_TRY(auto text, read_text(root, identity_file));
  if (text) return parse_identity(*text);
  DirectoryIdentity identity;
  identity.cluster_id = options.cluster_id.empty() ? Uuid::random().text() : options.cluster_id;
  identity.node_id = options.node_id;
  identity.directory_id = Uuid::random();
  MR_TRY(io::write_atomically(root, identity_file, as_bytes(format_identity(identity))));
  return identity;
}

Result<OffsetCheckpoint> load_offsets(io::Directory& root, std::string_view file) {
  MR_TRY(auto text, read_text(root, file));
  if (!text) return OffsetCheckpoint();
  auto offsets = parse_offsets(*text);
  if (!offsets) return fail_at(fmt::format("{}/{}", root.name(), file), offsets.error());
  return offsets;
}

/// The marker goes before anything else happens: a crash from here on is a crash.
Result<bool> take_clean_marker(io::Directory& root) {
  MR_TRY(auto clean, root.exists(clean_marker));
  if (!clean) return false;
  MR_TRY(root.remove(clean_marker));
  MR_TRY(root.sync_directory(""));
  return true;
}

}  // namespace

Result<std::unique_ptr<LogDirectory>> LogDirectory::open(std::unique_ptr<io::Directory> root,
                                                         Options options) {
  std::unique_ptr<LogDirectory> self(new LogDirectory());
  self->logger_ = options.logger;
  self->root_ = std::move(root);
  auto lock = self->root_->lock(lock_file);
  if (!lock && lock.error().code == Errc::busy) {
    return fail(Errc::busy, fmt::format("the data directory {} is in use by another broker",
                                        self->root_->name()));
  }
  if (!lock) return fail(std::move(lock).error());
  self->lock_ = *std::move(lock);
  MR_TRY(check_format(*self->root_));
  MR_TRY(self->identity_, load_identity(*self->root_, options));
  MR_TRY(self->was_clean_, take_clean_marker(*self->root_));
  MR_TRY(replay_commit_journals(*self->root_, self->logger_));
  MR_TRY(self->find_partitions());
  MR_TRY(self->load_checkpoints());
  return self;
}

LogDirectory::~LogDirectory() = default;

Result<void> LogDirectory::find_partitions() {
  MR_TRY(auto entries, root_->list(""));
  for (const auto& entry : entries) {
    if (!entry.is_directory) continue;
    if (entry.name.ends_with(delete_suffix)) {
      MR_TRY(io::remove_tree(*root_, entry.name));
      continue;
    }
    auto partition = PartitionName::parse(entry.name);
    if (!partition) continue;
    Found found{.partition = *std::move(partition), .topic_id = {}};
    MR_TRY(auto text, read_text(*root_, entry.name + "/partition.metadata"));
    if (text) found.topic_id = parse_partition_metadata(*text).value_or(TopicId{});
    found_.push_back(std::move(found));
  }
  std::sort(found_.begin(), found_.end(),
            [](const Found& a, const Found& b) { return a.partition < b.partition; });
  return {};
}

Result<void> LogDirectory::load_checkpoints() {
  MR_TRY(auto recovery, load_offsets(*root_, recovery_file));
  MR_TRY(auto log_start, load_offsets(*root_, log_start_file));
  MR_TRY(auto high_watermark, load_offsets(*root_, high_watermark_file));
  for (const auto& [partition, offset] : recovery) at_open_[partition].recovery_point = offset;
  for (const auto& [partition, offset] : log_start) at_open_[partition].log_start = offset;
  for (const auto& [partition, offset] : high_watermark) {
    at_open_[partition].high_watermark = offset;
  }
  for (const auto& [partition, point] : at_open_) {
    written_[partition] = {.partition = partition,
                           .recovery_point = point.recovery_point,
                           .log_start = point.log_start,
                           .high_watermark = point.high_watermark};
  }
  return {};
}

Result<std::unique_ptr<Log>> LogDirectory::open_log(FileCache& files,
                                                    const PartitionName& partition,
                                                    TopicId topic_id, const LogConfig& config,
                                                    Timestamp now) const {
  auto at = at_open_.find(partition);
  auto point = at == at_open_.end() ? Point{} : at->second;
  return Log::open({.files = files, .logger = logger_}, {.partition = partition,
                                                         .topic_id = topic_id,
                                                         .config = config,
                                                         .clean = was_clean_,
                                                         .recovery_point = point.recovery_point,
                                                         .log_start = point.log_start,
                                                         .now = now});
}

Result<std::unique_ptr<Log>> LogDirectory::create_log(FileCache& files,
                                                      const PartitionName& partition,
                                                      TopicId topic_id, const LogConfig& config,
                                                      Timestamp now) const {
  return Log::create({.files = files, .logger = logger_}, partition, topic_id, config, now);
}

Result<void> LogDirectory::remove_logs(const std::vector<PartitionName>& partitions) {
  ++removals_;
  // First the checkpoints, then the directories: a new partition of the same name must not be
  // measured by the old one's recovery point.
  auto kept = written_;
  for (const auto& partition : partitions) kept.erase(partition);
  if (kept.size() != written_.size()) MR_TRY(write_points(std::move(kept)));

  std::vector<std::string> leaving;
  for (const auto& partition : partitions) {
    auto name = partition.directory();
    auto target = fmt::format("{}.{}{}", name, Uuid::random().text(), delete_suffix);
    auto renamed = root_->rename(name, target);
    if (renamed) {
      leaving.push_back(std::move(target));
    } else if (renamed.error().code != Errc::not_found) {
      return renamed;
    }
  }
  MR_TRY(root_->sync_directory(""));
  for (const auto& name : leaving) MR_TRY(io::remove_tree(*root_, name));
  return {};
}

Result<void> LogDirectory::write_checkpoints(CheckpointRound round,
                                             std::vector<LogCheckpoint> all) {
  if (round != removals_) return {};
  std::map<PartitionName, LogCheckpoint> points;
  for (auto& point : all) points[point.partition] = point;
  return write_points(std::move(points));
}

/// Each of the three files on its own: whichever is older after a crash still tells the truth.
Result<void> LogDirectory::write_points(std::map<PartitionName, LogCheckpoint> points) {
  struct Column {
    std::string_view file;
    Offset LogCheckpoint::*field;
  };
  constexpr Column columns[] = {{log_start_file, &LogCheckpoint::log_start},
                                {recovery_file, &LogCheckpoint::recovery_point},
                                {high_watermark_file, &LogCheckpoint::high_watermark}};
  for (const auto& column : columns) {
    OffsetCheckpoint now;
    OffsetCheckpoint before;
    for (const auto& [name, point] : points) now[name] = point.*column.field;
    for (const auto& [name, point] : written_) before[name] = point.*column.field;
    if (now == before) continue;
    MR_TRY(io::write_atomically(*root_, column.file, as_bytes(format_offsets(now))));
  }
  written_ = std::move(points);
  return {};
}

Result<void> LogDirectory::close_clean(std::vector<LogCheckpoint> all) {
  MR_TRY(write_checkpoints(removals_, std::move(all)));
  constexpr std::string_view content = R"({"version":0,"brokerEpoch":-1})";
  return io::write_atomically(*root_, clean_marker, as_bytes(content));
}

Result<TrimReport> trim_directory(std::unique_ptr<io::Directory> root, Logger logger,
                                  Timestamp now) {
  MR_TRY(auto ours, root->exists(format_file));
  if (!ours) {
    return fail(Errc::not_found,
                fmt::format("{} is not a data directory of Millrace", root->name()));
  }
  MR_TRY(auto directory,
         LogDirectory::open(std::move(root),
                            {.cluster_id = {}, .node_id = BrokerId(1), .logger = logger}));
  constexpr std::size_t max_open_files = 64;
  FileCache files(directory->files(), max_open_files);
  TrimReport report;
  std::vector<LogCheckpoint> checkpoints;
  for (const auto& found : directory->found()) {
    MR_TRY(auto log, directory->open_log(files, found.partition, found.topic_id, {}, now));
    ++report.partitions;
    if (log->damage()) {
      report.damaged.push_back(*log->damage());
    } else {
      MR_TRY(log->close());
    }
    checkpoints.push_back(log->checkpoint());
  }
  if (!report.damaged.empty()) {
    MR_TRY(directory->write_checkpoints(directory->begin_checkpoints(), std::move(checkpoints)));
    return report;
  }
  MR_TRY(directory->close_clean(std::move(checkpoints)));
  return report;
}

}  // namespace millrace::storage
