#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/result.h"
#include "io/directory.h"

namespace millrace::storage {

/// One preallocated file that makes what was appended to many segments durable with one sync. The
/// segments are synced lazily behind it; after a crash the journal is replayed into them before
/// Kafka's own recovery looks at them.
///
/// The file is two halves, written in turn. A half is begun again only once every segment that it
/// stands in for has been synced (`released`), so its old rounds are never missed.
///
///     half  := round*                          (ends where a round does not check out)
///     round := magic u32  generation u64  sequence u32  entries u32  length u32  crc u32  entry*
///     entry := topic id 16  position u64  path length u16  length u32  path  bytes
///
/// All integers big-endian; `length` of a round counts its entries' bytes; the CRC-32C covers the
/// header before it and all entries. A generation is one filling of one half, a sequence counts its
/// rounds from 0. Owned by one thread at a time; waits for the device.
class CommitJournal {
 public:
  /// Bytes that stand in segment `path` (relative to the data directory) at `position`.
  struct Entry {
    TopicId topic_id;
    std::string_view path;
    uint64_t position = 0;
    Bytes bytes;
  };

  /// Makes the file, all of it written once, so that later syncs carry no metadata. After it:
  /// durable, its name included. Errors: those of io::File.
  static Result<std::unique_ptr<CommitJournal>> create(io::Directory& directory, std::string path,
                                                       uint64_t half_bytes);

  /// True when a round of so many entries, with so many bytes of paths and contents together, fits
  /// what is left of the current half.
  bool fits(std::size_t entries, uint64_t bytes) const;

  /// Writes one round and syncs it. After success: durable. Must fit. Errors: io_error, no_space;
  /// after one the journal must not be used again.
  Result<void> append(std::span<const Entry> entries);

  /// Goes on in the other half, which must have been released. What stood there is given up.
  void switch_half();

 private:
  CommitJournal(std::shared_ptr<io::File> file, uint64_t half_bytes)
      : file_(std::move(file)), half_bytes_(half_bytes) {}

  std::shared_ptr<io::File> file_;
  uint64_t half_bytes_;
  uint64_t half_ = 0;      // 0 or 1
  uint64_t position_ = 0;  // in the half
  uint64_t generation_ = 1;
  uint32_t sequence_ = 0;
  Buffer round_;
};

/// The name of the journal of shard `number` in the data directory.
std::string commit_journal_name(std::size_t number);

}  // namespace millrace::storage
