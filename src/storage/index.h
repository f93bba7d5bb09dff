#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "storage/file_cache.h"

namespace millrace::storage {

/// One entry of a `.index` file: a batch's last offset (less the segment's base) and the byte where
/// that batch starts. Layout: Kafka's OffsetIndex, i32 i32.
struct OffsetIndexEntry {
  static constexpr std::size_t size = 8;
  int32_t relative_offset = 0;
  int32_t position = 0;

  void encode(std::byte* to) const;
  static OffsetIndexEntry decode(const std::byte* from);
  bool operator==(const OffsetIndexEntry&) const = default;
};

/// One entry of a `.timeindex` file: the greatest timestamp so far and the last offset of the batch
/// that holds it. Layout: Kafka's TimeIndex, i64 i32.
struct TimeIndexEntry {
  static constexpr std::size_t size = 12;
  Timestamp timestamp{-1};
  int32_t relative_offset = 0;

  void encode(std::byte* to) const;
  static TimeIndexEntry decode(const std::byte* from);
  bool operator==(const TimeIndexEntry&) const = default;
};

/// The entries of one index, ascending. Those of the active segment are in memory only, since a
/// crash rebuilds them from the log anyway; `save` writes them, `release` leaves them to the file.
template <class Entry>
class Index {
 public:
  Index() = default;

  void add(Entry entry) {
    entries_.push_back(entry);
    count_ = entries_.size();
  }
  std::size_t count() const { return count_; }
  std::size_t size_bytes() const { return count_ * Entry::size; }
  bool in_memory() const { return entries_.size() == count_; }

  /// Nothing when it is empty.
  Result<std::optional<Entry>> last(FileCache& files, const std::string& path) const {
    return last_where(files, path, [](const Entry&) { return true; });
  }

  /// The last entry for which `holds`; it holds for a prefix of the entries.
  template <class Predicate>
  Result<std::optional<Entry>> last_where(FileCache& files, const std::string& path,
                                          Predicate holds) const {
    if (in_memory()) {
      auto end = std::partition_point(entries_.begin(), entries_.end(), holds);
      return end == entries_.begin() ? std::optional<Entry>() : std::optional<Entry>(end[-1]);
    }
    MR_TRY(auto file, files.open(path));
    std::optional<Entry> best;
    std::size_t low = 0;
    std::size_t high = count_;
    while (low < high) {
      auto middle = low + (high - low) / 2;
      std::byte bytes[Entry::size];
      MR_TRY(io::read_exactly(*file, middle * Entry::size, bytes));
      auto entry = Entry::decode(bytes);
      if (holds(entry)) {
        best = entry;
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return best;
  }

  /// Replaces the file's content. After it: in the page cache.
  Result<std::shared_ptr<io::File>> save(FileCache& files, const std::string& path) const {
    Buffer content(size_bytes());
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      entries_[i].encode(content.data() + i * Entry::size);
    }
    auto file = files.open(path);
    if (!file && file.error().code == Errc::not_found) file = files.create(path);
    if (!file) return file;
    MR_TRY((*file)->truncate(content.size()));
    Bytes pieces[] = {content};
    MR_TRY((*file)->write_at(0, pieces));
    return file;
  }

  /// Gives the memory back; from here on lookups read the saved file.
  void release() { std::vector<Entry>().swap(entries_); }

  /// Believes the file; corrupt when its size is not a whole number of entries. Nothing is read
  /// until a lookup, unless `into_memory` (for a segment that is appended to).
  static Result<Index> load(FileCache& files, const std::string& path, bool into_memory) {
    MR_TRY(auto file, files.open(path));
    MR_TRY(auto bytes, file->size());
    if (bytes % Entry::size != 0) {
      return fail(Errc::corrupt, path + " does not hold whole entries");
    }
    Index index;
    index.count_ = bytes / Entry::size;
    if (!into_memory) return index;
    MR_TRY(auto content, io::read_all(*file, bytes));
    for (std::size_t at = 0; at < content.size(); at += Entry::size) {
      index.entries_.push_back(Entry::decode(content.data() + at));
    }
    return index;
  }

 private:
  std::vector<Entry> entries_;
  std::size_t count_ = 0;
};

using OffsetIndex = Index<OffsetIndexEntry>;
using TimeIndex = Index<TimeIndexEntry>;

}  // namespace millrace::storage
