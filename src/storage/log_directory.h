#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "storage/log.h"

namespace millrace::storage {

/// The identity of a data directory, as Kafka keeps it in meta.properties.
struct DirectoryIdentity {
  std::string cluster_id;  ///< 22 characters of base64url
  BrokerId node_id{1};
  Uuid directory_id;
};

/// The data directory: identity, lock, format version, clean-shutdown marker and checkpoints, and
/// the partitions in it. Nothing else may write there.
///
/// Threads: `open_log`, `create_log` and the getters may be called from any shard at any time (each
/// touches its own partition's directory only); everything else belongs to one owner thread.
class LogDirectory {
 public:
  struct Options {
    /// Used when the directory is new; an existing one keeps its own.
    std::string cluster_id;  ///< empty: a random one
    BrokerId node_id{1};
    Logger logger;
  };

  /// Takes the lock, writes or checks identity and format version, removes the clean marker and
  /// left-overs of deletions. After it: durable.
  /// Errors: busy (another broker has it), unsupported (a newer format, or not a data directory's
  /// version), corrupt (meta.properties or a checkpoint cannot be read), permission_denied,
  /// no_space.
  static Result<std::unique_ptr<LogDirectory>> open(std::unique_ptr<io::Directory> root,
                                                    Options options);
  ~LogDirectory();

  const DirectoryIdentity& identity() const { return identity_; }
  /// The last end was a clean one.
  bool was_clean() const { return was_clean_; }
  io::Directory& files() const { return *root_; }

  struct Found {
    PartitionName partition;
    TopicId topic_id;  ///< zero when partition.metadata was lost in a crash
  };
  /// The partitions that were there at open, sorted.
  const std::vector<Found>& found() const { return found_; }

  /// Opens and recovers a found partition (Log::open) with what the checkpoints say of it. A lost
  /// partition.metadata is written again with `topic_id`.
  /// Errors: those of Log::open; already_exists when the partition belongs to another topic id.
  Result<std::unique_ptr<Log>> open_log(FileCache& files, const PartitionName& partition,
                                        TopicId topic_id, const LogConfig& config,
                                        Timestamp now) const;
  Result<std::unique_ptr<Log>> create_log(FileCache& files, const PartitionName& partition,
                                          TopicId topic_id, const LogConfig& config,
                                          Timestamp now) const;

  /// Deletes partitions: forgets their checkpoints, renames each directory to "…-delete", removes
  /// it. Their logs must be closed or dropped. After it: durable.
  Result<void> remove_logs(const std::vector<PartitionName>& partitions);

  /// A round of checkpoints: begin it, gather Log::checkpoint() from every shard, write. A round
  /// that began before a remove_logs writes nothing (the next one will). Does nothing when nothing
  /// has changed. After write_checkpoints: durable. Once a second keeps recovery short.
  using CheckpointRound = uint64_t;
  CheckpointRound begin_checkpoints() const { return removals_; }
  Result<void> write_checkpoints(CheckpointRound round, std::vector<LogCheckpoint> all);

  /// The last act: checkpoints, then the clean-shutdown marker. Every log must have been closed
  /// without an error; otherwise call write_checkpoints only, and the next start recovers.
  Result<void> close_clean(std::vector<LogCheckpoint> all);

 private:
  struct Point {
    Offset recovery_point;
    Offset log_start;
    Offset high_watermark;
  };

  LogDirectory() = default;

  Result<void> find_partitions();
  Result<void> load_checkpoints();
  Result<void> write_points(std::map<PartitionName, LogCheckpoint> points);

  Logger logger_;
  std::unique_ptr<io::Directory> root_;
  std::unique_ptr<io::Directory::Lock> lock_;
  DirectoryIdentity identity_;
  bool was_clean_ = false;
  std::vector<Found> found_;
  std::map<PartitionName, Point> at_open_;  // read by any thread, never changed
  std::map<PartitionName, LogCheckpoint> written_;
  uint64_t removals_ = 0;
};

/// Makes a directory left by a crash readable by Kafka's tools: recovers every log and ends it
/// cleanly. Damaged logs are reported, not touched. Errors: not_found (not a data directory), busy,
/// and those of opening and closing logs.
struct TrimReport {
  std::size_t partitions = 0;
  std::vector<Damage> damaged;
};
Result<TrimReport> trim_directory(std::unique_ptr<io::Directory> root, Logger logger,
                                  Timestamp now);

}  // namespace millrace::storage
