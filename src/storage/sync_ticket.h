#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "io/directory.h"

namespace millrace::storage {

/// What one log needs from the device to make everything below `end` durable. Taken from the log
/// on its shard, carried out on any thread, given back to the log on its shard.
struct SyncTicket {
  struct DirtyFile {
    std::shared_ptr<io::File> file;
    uint64_t begin = 0;  ///< bytes [begin, end) were written since the last ticket
    uint64_t end = 0;
  };
  std::vector<DirtyFile> files;
  std::vector<std::string> directories;  ///< their entries, after the files
  Offset end;                            ///< exclusive
};

/// Syncs the ticket's files, then its directories, stopping at the first error. Waits for the
/// device; thread-safe.
Result<void> carry_out(io::Directory& directory, const SyncTicket& ticket);

}  // namespace millrace::storage
