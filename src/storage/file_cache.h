#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "io/directory.h"

namespace millrace::storage {

/// Keeps the files used last open, so that ten thousand idle partitions cost no descriptors.
/// A file that somebody else holds (a sync or a send under way, unsynced bytes) is never closed
/// here and may take the count over the limit. One per shard; not thread-safe.
class FileCache {
 public:
  FileCache(io::Directory& directory, std::size_t max_open);

  /// The file `path`, opened for reading and writing if it is not open. It must exist.
  Result<std::shared_ptr<io::File>> open(std::string_view path);
  /// Creates `path`, which must not exist.
  Result<std::shared_ptr<io::File>> create(std::string_view path);
  /// Forgets `path`: it was removed or renamed.
  void drop(std::string_view path);

  std::size_t open_files() const { return entries_.size(); }
  io::Directory& directory() { return directory_; }

 private:
  struct Entry {
    std::string path;
    std::shared_ptr<io::File> file;
  };

  void remember(std::string_view path, std::shared_ptr<io::File> file);
  void close_surplus();

  io::Directory& directory_;
  std::size_t max_open_;
  std::list<Entry> recent_;  // front = used last
  std::unordered_map<std::string_view, std::list<Entry>::iterator> entries_;
};

}  // namespace millrace::storage
