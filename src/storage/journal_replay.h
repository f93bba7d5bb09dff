#pragma once

#include "base/log.h"
#include "base/result.h"
#include "io/directory.h"

namespace millrace::storage {

struct JournalReplay {
  std::size_t rounds = 0;
  std::size_t entries = 0;
  std::size_t skipped = 0;  ///< entries whose segment or topic is gone: deleted on purpose since
};

/// Writes what every commit journal in `directory` holds back into the segments, syncs those and
/// removes the journals. To be called before any log is opened; does nothing after a clean end. A
/// torn last round was never acknowledged and is dropped. After it: durable.
/// Errors: those of io::File and io::Directory; the journals are kept then.
Result<JournalReplay> replay_commit_journals(io::Directory& directory, const Logger& logger);

}  // namespace millrace::storage
