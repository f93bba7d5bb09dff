#include "storage/sync_ticket.h"

namespace millrace::storage {

Result<void> carry_out(io::Directory& directory, const SyncTicket& ticket) {
  for (const auto& dirty : ticket.files) MR_TRY(dirty.file->sync_data());
  for (const auto& path : ticket.directories) MR_TRY(directory.sync_directory(path));
  return {};
}

}  // namespace millrace::storage
