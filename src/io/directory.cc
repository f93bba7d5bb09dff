#include "io/directory.h"

#include <fmt/format.h>

#include <array>

namespace millrace::io {

Result<void> remove_tree(Directory& directory, std::string_view path) {
  auto entries = directory.list(path);
  if (!entries) {
    if (entries.error().code == Errc::not_found) return {};
    return fail(std::move(entries).error());
  }
  for (const auto& entry : *entries) {
    auto inner = fmt::format("{}/{}", path, entry.name);
    if (entry.is_directory) {
      MR_TRY(remove_tree(directory, inner));
    } else {
      MR_TRY(directory.remove(inner));
    }
  }
  return directory.remove(path);
}

std::string_view parent_of(std::string_view path) {
  auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Result<void> write_atomically(Directory& directory, std::string_view path, Bytes content) {
  auto temporary = fmt::format("{}.tmp", path);
  {
    MR_TRY(auto file, directory.open(temporary, OpenMode::create));
    MR_TRY(file->truncate(0));
    MR_TRY(file->write_at(0, std::array{content}));
    MR_TRY(file->sync_data());
  }
  MR_TRY(directory.rename(temporary, path));
  return directory.sync_directory(parent_of(path));
}

}  // namespace millrace::io
