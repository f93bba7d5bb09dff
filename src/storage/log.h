#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/result.h"
#include "record/batch_header.h"
#include "storage/config.h"
#include "storage/damage.h"
#include "storage/file_cache.h"
#include "storage/file_slice.h"
#include "storage/partition_name.h"
#include "storage/sync_ticket.h"

namespace millrace::storage {

class LeaderEpochs;
class ProducerStates;
class Segment;

struct AppendOptions {
  Timestamp now;
  LeaderEpoch leader_epoch{0};
};

struct AppendInfo {
  Offset base_offset;             ///< of the first record
  Offset last_offset;             ///< of the last record, inclusive
  Timestamp log_append_time{-1};  ///< −1 unless the topic stamps records itself
  bool duplicate = false;         ///< nothing was written; the fields tell of the first time
};

struct ReadResult {
  std::vector<FileSlice> slices;  ///< whole batches; the first contains the offset asked for
  uint64_t bytes = 0;             ///< of all slices
  Offset next;                    ///< where the next read goes on; `from` where there are no slices
};

struct TimestampedOffset {
  Offset offset;
  Timestamp timestamp;
  LeaderEpoch leader_epoch;
};

/// What the checkpoint files remember of a partition.
struct LogCheckpoint {
  PartitionName partition;
  Offset recovery_point;
  Offset log_start;
  Offset high_watermark;
};

/// The log of one partition: segments of record batches, their indexes, and the state of its
/// idempotent producers. Owned and called by one shard; not thread-safe. Nothing here waits for the
/// device except create, open and close.
///
/// Offsets:   start ≤ durable_end ≤ end, and high_watermark is durable_end or end (flush_messages).
/// Stopped:   after an error of the device (write or sync) or damage found below the recovery
///            point, appends fail for good and reads go on below the high watermark.
class Log {
 public:
  struct Dependencies {  // outlive the log
    FileCache& files;    // the shard's own
    Logger logger;
  };

  struct OpenOptions {
    PartitionName partition;
    TopicId topic_id;  ///< zero: whatever partition.metadata says
    LogConfig config;
    bool clean = false;     ///< the clean-shutdown marker was there: believe files and indexes
    Offset recovery_point;  ///< from the checkpoint: synced below, may be torn above
    Offset log_start;       ///< from the checkpoint
    Timestamp now;
  };

  /// Makes the partition's directory, which must not exist, with an empty first segment.
  /// Durable after the first sync: the new log has needs_sync().
  static Result<std::unique_ptr<Log>> create(Dependencies, PartitionName, TopicId, LogConfig,
                                             Timestamp now);

  /// Opens what is there and recovers it: above the recovery point a torn tail is cut at the last
  /// valid batch; below it a bad batch is damage (see damage()), and nothing is cut.
  /// Errors: not_found, already_exists (it belongs to another topic id), io_error,
  /// permission_denied, no_space.
  static Result<std::unique_ptr<Log>> open(Dependencies, OpenOptions);

  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // --- writing

  /// Appends whole, checked batches (record::check_batch) and assigns their offsets, leader epoch
  /// and, if the topic wants it, append time in place.
  /// After it: in the page cache; durable once finish_sync has passed `last_offset`. A duplicate of
  /// an idempotent producer's recent batch writes nothing and answers with the first one's offsets;
  /// it is durable when those are.
  /// Errors: out_of_order (sequence gap), fenced (older producer epoch), no_space (nothing was
  /// appended, a later append may work), limit_exceeded (batch over max_batch_bytes or the segment
  /// size), corrupt (the bytes are not whole batches, or the log is damaged), invalid_argument (no
  /// batch, or several of which one has a producer id), io_error (the log is stopped).
  Result<AppendInfo> append(MutableBytes batches, const AppendOptions& options);

  /// What to sync so that everything appended until now is durable. One ticket at a time: the
  /// next one only after finish_sync.
  SyncTicket begin_sync();

  /// The outcome of a ticket. Success moves durable_end; an error stops the log.
  void finish_sync(const SyncTicket& ticket, const Result<void>& outcome);

  /// True when bytes or names wait that no ticket has taken.
  bool needs_sync() const;
  /// True when flush_messages asks for that sync now.
  bool wants_sync() const;

  // --- reading

  /// Whole batches from the one that contains `from`, at most `max_bytes` but always at least one
  /// batch if there is one, none that reaches `limit` (exclusive; usually high_watermark or the
  /// last stable offset). Empty when from ≥ limit. Slices may be sent later by any thread. Errors:
  /// out_of_range (from < start or > end), io_error.
  Result<ReadResult> read(Offset from, uint64_t max_bytes, Offset limit);

  /// The first record below `limit` whose timestamp is at least `timestamp`; nothing when there is
  /// none. Errors: io_error, corrupt.
  Result<std::optional<TimestampedOffset>> offset_for_timestamp(Timestamp timestamp, Offset limit);
  /// The record below `limit` with the greatest timestamp.
  Result<std::optional<TimestampedOffset>> offset_of_max_timestamp(Offset limit);

  // --- state

  const PartitionName& partition() const { return partition_; }
  TopicId topic_id() const { return topic_id_; }
  Offset start_offset() const { return start_; }
  Offset end_offset() const { return end_; }
  Offset durable_end() const { return durable_end_; }
  /// Consumers may read below it. Never goes back while the log is open.
  Offset high_watermark() const { return high_watermark_; }
  /// Bytes of all segments' batches.
  uint64_t size_bytes() const;
  std::size_t segment_count() const { return segments_.size(); }
  /// The end of `epoch` as OffsetForLeaderEpoch wants it: the greatest known epoch ≤ `epoch` and
  /// the offset where the next one starts (end_offset for the latest). Nothing when none is known.
  std::optional<std::pair<LeaderEpoch, Offset>> end_of_epoch(LeaderEpoch epoch) const;
  /// The epoch of the last append; no_leader_epoch when there was none.
  LeaderEpoch latest_epoch() const;
  LogCheckpoint checkpoint() const;
  /// Set when recovery found damage below the recovery point: appends are refused.
  const std::optional<Damage>& damage() const { return damage_; }
  /// Set when the log is stopped, by the device or by damage; what appends answer.
  const std::optional<Error>& stopped() const { return stopped_; }

  const LogConfig& config() const { return config_; }
  void set_config(LogConfig config);

  // --- upkeep

  /// Hides everything below `first_kept` and deletes segments that lie wholly below it. Durable
  /// once the log-start checkpoint is written (LogDirectory::write_checkpoints).
  /// Errors: out_of_range (first_kept > high_watermark).
  Result<void> trim_before(Offset first_kept);

  /// Applies retention.ms, retention.bytes and trim_before: deletes whole segments, oldest first,
  /// none above the high watermark. Returns how many. Also forgets silent producers.
  Result<std::size_t> apply_retention(Timestamp now);

  /// Starts a new segment, unless the active one is empty.
  Result<void> roll(Timestamp now);

  /// Clean end: syncs everything, trims the zero tail, writes indexes and the producer snapshot.
  /// Waits for the device. No ticket may be under way. After it only the destructor may be called.
  /// A stopped log is left as it is, and the error says why.
  Result<void> close();

 private:
  Log(Dependencies, PartitionName, LogConfig);

  // append and roll
  Result<void> check_batches(MutableBytes batches);
  void assign(MutableBytes batches, const AppendOptions& options);
  Result<void> write_batches(Bytes batches, const AppendOptions& options);
  Result<void> begin_epoch(LeaderEpoch epoch);
  Result<void> start_segment(Timestamp now);
  Result<void> write_snapshot();
  Result<void> write_metadata(TopicId topic_id);
  Result<void> write_epochs(LeaderEpochs epochs);
  Result<void> write_small_file(std::string_view name, std::string_view content);
  Result<void> remove_odd_snapshots();
  Error undo_write(Error error);
  Error stop(Error error);
  void add_unsynced_directory(std::string_view path);
  void advance_high_watermark();

  // recovery
  Result<void> load_metadata(TopicId expected);
  Result<std::vector<Offset>> tidy_directory();
  Result<void> load_segments(const std::vector<Offset>& bases, const OpenOptions& options);
  Result<bool> recover_segment(Offset base, std::optional<Offset> next_base,
                               const OpenOptions& options);
  void note_damage(Segment& segment, DamageKind kind);
  Result<Offset> load_snapshot(Timestamp now);
  Result<void> load_producers_and_epochs(const OpenOptions& options);
  Result<void> settle(const OpenOptions& options);

  // lookups
  Result<bool> slice_segment(Segment& segment, Offset from, Offset limit, uint64_t max_bytes,
                             ReadResult& result);
  std::size_t segment_of(Offset offset) const;
  Result<std::optional<TimestampedOffset>> search(Segment& segment, Timestamp timestamp,
                                                  Offset limit);
  Result<Timestamp> greatest_below(Segment& segment, Offset limit);

  // retention
  Result<void> roll_if_all_is_older(Timestamp now);
  bool is_older(Timestamp timestamp, Timestamp now) const;
  Result<std::size_t> delete_oldest_while(const std::function<Result<bool>(Segment&)>& expired);
  Result<void> remove_snapshots_below(Offset offset);
  Result<void> trim_epochs();

  Segment& active() { return *segments_.back(); }
  const Segment& active() const { return *segments_.back(); }

  FileCache& files_;
  Logger logger_;
  PartitionName partition_;
  std::string path_;  // of the partition's directory
  LogConfig config_;
  TopicId topic_id_;

  std::deque<std::unique_ptr<Segment>> segments_;  // by base offset, the last one is active
  std::unique_ptr<ProducerStates> producers_;
  std::unique_ptr<LeaderEpochs> epochs_;
  std::set<Offset> snapshots_;  // offsets of the producer snapshots on disk

  Offset start_;
  Offset end_;
  Offset durable_end_;
  Offset high_watermark_;
  bool ticket_out_ = false;
  SyncTicket unsynced_;         // names and sealed files that the next ticket takes along
  bool ended_cleanly_ = false;  // the files are as close() would leave them
  std::optional<Damage> damage_;
  std::optional<Error> stopped_;
  LogCheckpoint opened_with_;  // what a damaged log keeps in the checkpoints

  std::vector<record::BatchHeader> headers_;  // of the append under way
};

}  // namespace millrace::storage
