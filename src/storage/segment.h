#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "record/batch_header.h"
#include "storage/batch_reader.h"
#include "storage/config.h"
#include "storage/index.h"
#include "storage/sync_ticket.h"

namespace millrace::storage {

/// "00000000000000000042": how Kafka names a segment's files, before the suffix.
std::string segment_name(Offset base);
/// The base offset of "<20 digits><suffix>"; nothing when `file` is not such a name.
std::optional<Offset> segment_base(std::string_view file, std::string_view suffix);

/// A run of batches in one `.log` file, with its two indexes. The last segment of a log is active:
/// appended to, preallocated ahead, its indexes in memory. The others are sealed: never written
/// again, indexes on disk.
class Segment {
 public:
  /// Names of the files of segment `base` in `directory`, without suffix.
  struct Place {
    std::string directory;
    Offset base;

    std::string log_path() const { return stem() + ".log"; }
    std::string index_path() const { return stem() + ".index"; }
    std::string time_index_path() const { return stem() + ".timeindex"; }
    std::string stem() const;
  };

  /// Creates the three files, empty. On an error none is left.
  static Result<std::unique_ptr<Segment>> create(FileCache& files, Place place, Timestamp now);

  /// Believes a sealed segment's files. `next` is the base of the segment that follows. Missing or
  /// odd indexes are built again from the log.
  static Result<std::unique_ptr<Segment>> open_sealed(FileCache& files, Place place, Offset next,
                                                      const LogConfig& config, Timestamp now);

  /// Believes the last segment of a log that was closed cleanly: walks from its last index entry to
  /// the end. Errors: corrupt (a bad batch on that way).
  static Result<std::unique_ptr<Segment>> open_active(FileCache& files, Place place,
                                                      const LogConfig& config, Timestamp now);

  /// Why a scan ended before the end of the file, if it did.
  enum class ScanEnd : uint8_t { complete, checksum, layout, offset_order };
  struct Scanned {
    std::unique_ptr<Segment> segment;  ///< what precedes the bad batch, with indexes in memory
    ScanEnd end = ScanEnd::complete;
  };
  /// Believes nothing: checks every batch of the file and builds the indexes again, in memory. The
  /// file is left as it is: cutting is the caller's decision (`cut_tail`).
  static Result<Scanned> scan(FileCache& files, Place place, const LogConfig& config,
                              Timestamp now);

  Offset base_offset() const { return place_.base; }
  /// The offset after the last record.
  Offset next_offset() const { return next_; }
  /// Bytes of whole batches; the file may be longer (preallocated).
  uint64_t size() const { return size_; }
  const Place& place() const { return place_; }

  // --- the active segment

  /// True when a write of `bytes`, with its last offset `last` and its greatest timestamp, must go
  /// to a new segment. Kafka's rule.
  bool must_roll_before(uint64_t bytes, Offset last, Timestamp greatest, Timestamp now,
                        const LogConfig& config) const;

  /// Writes batches whose offsets are assigned; `headers` describes them in order. After an error
  /// of the device the file may hold a part of them behind size(): call `cut_tail` or stop.
  Result<void> append(Bytes batches, std::span<const record::BatchHeader> headers,
                      const LogConfig& config);

  /// Cuts the file to size(), so that nothing follows the last batch.
  Result<void> cut_tail();

  /// Ends the active life: last time index entry, indexes written, tail cut. Returns what must be
  /// synced. May be repeated after an error.
  Result<std::vector<SyncTicket::DirtyFile>> seal();
  /// After `seal`: indexes are read from disk from now on.
  void release_indexes();

  /// The log file and its bytes written since the last call; nothing when there are none. What a
  /// scan found counts as written.
  std::optional<SyncTicket::DirtyFile> take_dirty();
  /// Its bytes are on the device already; only a cut tail still waits.
  void believe_synced();
  bool dirty() const { return size_ > synced_ || tail_cut_; }

  // --- lookups

  /// Where the batch that contains `offset` starts, or the first one after it; size() when all are
  /// below. Errors: io_error, corrupt.
  Result<uint64_t> position_of(Offset offset);
  /// The greatest batch boundary ≤ `position`, which must not be below the first batch's start.
  Result<uint64_t> boundary_at_or_before(uint64_t position);
  /// The header of the batch that starts at `position`.
  Result<record::BatchHeader> batch_at(uint64_t position);
  Result<std::shared_ptr<io::File>> file() { return files_.open(log_path_); }

  struct TimestampAndOffset {
    Timestamp timestamp{-1};
    Offset last_offset;  ///< of the batch with that timestamp
  };
  /// The greatest timestamp in the segment; −1 when there is none.
  Result<TimestampAndOffset> greatest_timestamp();
  /// A batch's start from where a walk meets every batch with a timestamp ≥ `timestamp`.
  Result<uint64_t> position_for_timestamp(Timestamp timestamp);

  /// Takes the files out of the cache: the log is closing.
  void forget_files();

  /// Removes the segment's files. Slices that are held stay readable.
  Result<void> remove() { return remove_files(files_, place_); }
  static Result<void> remove_files(FileCache& files, const Place& place);

 private:
  struct RecentBatch {
    Offset last;
    uint64_t position;
  };

  Segment(FileCache& files, Place place, Timestamp now);

  Result<void> make_room(io::File& file, uint64_t bytes, const LogConfig& config);
  /// Takes a batch into indexes and counters: the one place where their rules are.
  void note_batch(const record::BatchHeader& header, uint64_t position,
                  int32_t index_interval_bytes);
  void add_time_index_entry();
  Result<void> rebuild_indexes(const LogConfig& config);
  Result<void> walk_tail(uint64_t from, const LogConfig& config);
  int32_t relative(Offset offset) const;

  FileCache& files_;
  Place place_;
  std::string log_path_;
  std::string index_path_;
  std::string time_index_path_;

  Offset next_;
  uint64_t size_ = 0;
  uint64_t allocated_ = 0;        // size of the file
  uint64_t next_allocation_ = 0;  // how much to reserve next; 0 = config's first step
  uint64_t synced_ = 0;           // bytes below were handed to a ticket
  bool tail_cut_ = false;         // the file's size changed since the last ticket

  OffsetIndex index_;
  TimeIndex time_index_;
  TimeIndexEntry last_time_entry_;
  uint64_t bytes_since_entry_ = 0;
  TimestampAndOffset greatest_;
  bool greatest_known_ = true;
  Timestamp first_timestamp_{-1};
  Timestamp created_;

  std::shared_ptr<io::File> writing_;  // held while unsynced, so that the cache keeps it open
  std::deque<RecentBatch> recent_;     // the last batches, so that tail reads need no walk
};

}  // namespace millrace::storage
