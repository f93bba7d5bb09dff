#include "storage/file_cache.h"

#include "base/assert.h"

namespace millrace::storage {

FileCache::FileCache(io::Directory& directory, std::size_t max_open)
    : directory_(directory), max_open_(max_open) {
  MR_ASSERT(max_open_ > 0);
}

Result<std::shared_ptr<io::File>> FileCache::open(std::string_view path) {
  if (auto at = entries_.find(path); at != entries_.end()) {
    recent_.splice(recent_.begin(), recent_, at->second);
    auto file = at->second->file;
    close_surplus();
    return file;
  }
  MR_TRY(auto file, directory_.open(path, io::OpenMode::read_write));
  remember(path, file);
  return file;
}

Result<std::shared_ptr<io::File>> FileCache::create(std::string_view path) {
  drop(path);
  MR_TRY(auto file, directory_.open(path, io::OpenMode::create_new));
  remember(path, file);
  return file;
}

void FileCache::drop(std::string_view path) {
  auto at = entries_.find(path);
  if (at == entries_.end()) return;
  auto entry = at->second;
  entries_.erase(at);
  recent_.erase(entry);
}

void FileCache::remember(std::string_view path, std::shared_ptr<io::File> file) {
  recent_.push_front({std::string(path), std::move(file)});
  entries_.emplace(recent_.front().path, recent_.begin());
  close_surplus();
}

void FileCache::close_surplus() {
  // Only a few candidates are looked at: a cache full of files in use must not cost a walk each.
  constexpr int max_candidates = 8;
  auto candidate = recent_.end();
  for (int i = 0; i < max_candidates && entries_.size() > max_open_; ++i) {
    if (--candidate == recent_.begin()) return;
    if (candidate->file.use_count() > 1) continue;
    entries_.erase(candidate->path);
    candidate = recent_.erase(candidate);
  }
}

}  // namespace millrace::storage
