#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/file.h"

namespace millrace::io {

enum class OpenMode : uint8_t {
  read_only,   ///< must exist
  read_write,  ///< must exist
  create,      ///< created when it is not there
  create_new,  ///< must not exist
};

struct Entry {
  std::string name;
  bool is_directory = false;
};

/// A root directory and what lies below it: the only way Millrace reaches a disk. Paths are
/// relative to the root, parts separated by '/', "" is the root itself; a path cannot leave it.
/// Thread-safe. Names created, renamed or removed are durable only after sync_directory.
class Directory {
 public:
  virtual ~Directory() = default;

  virtual Result<std::shared_ptr<File>> open(std::string_view path, OpenMode mode) = 0;

  /// The entries of directory `path`, sorted by name, without "." and "..".
  virtual Result<std::vector<Entry>> list(std::string_view path) = 0;

  virtual Result<bool> exists(std::string_view path) = 0;

  /// already_exists when it is there.
  virtual Result<void> make_directory(std::string_view path) = 0;

  /// Removes a file or an empty directory; not_found when it is not there. Open files stay usable.
  virtual Result<void> remove(std::string_view path) = 0;

  /// Replaces `to` if it is a file. Both must lie in the same directory: a rename is then one step
  /// of that directory, kept or lost as a whole.
  virtual Result<void> rename(std::string_view from, std::string_view to) = 0;

  /// Makes the entries of directory `path` durable.
  virtual Result<void> sync_directory(std::string_view path) = 0;

  /// Held until dropped, or until the process ends.
  class Lock {
   public:
    virtual ~Lock() = default;
  };
  /// Creates the file if need be; busy when another process (or this one) holds it.
  virtual Result<std::unique_ptr<Lock>> lock(std::string_view path) = 0;

  /// Bytes an ordinary user can still write.
  virtual Result<uint64_t> free_space() = 0;

  /// The root as the user wrote it; for messages.
  virtual const std::string& name() const = 0;
};

/// Removes directory `path` with everything in it. Nothing to do when it is not there.
Result<void> remove_tree(Directory& directory, std::string_view path);

/// The directory part of `path` ("" when there is none).
std::string_view parent_of(std::string_view path);

/// Replaces the file `path` with `content` so that a reader, also after a crash, finds the old or
/// the new content and never a mixture. Goes through `path`.tmp.
/// After it: durable, names included.
Result<void> write_atomically(Directory& directory, std::string_view path, Bytes content);

}  // namespace millrace::io
