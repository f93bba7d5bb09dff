#include "io/posix_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "io/os_error.h"
#include "io/posix_file.h"

namespace millrace::io {
namespace {

/// Closes a descriptor at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

class PosixLock final : public Directory::Lock {
 public:
  explicit PosixLock(int fd) : fd_(fd) {}

 private:
  Descriptor fd_;  // flock ends with the descriptor
};

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::read_only:
      return O_RDONLY;
    case OpenMode::read_write:
      return O_RDWR;
    case OpenMode::create:
      return O_RDWR | O_CREAT;
    case OpenMode::create_new:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

/// Everything goes through the root's descriptor, so the root may be renamed under us.
class PosixDirectory final : public Directory {
 public:
  PosixDirectory(int root, std::string name) : root_(root), name_(std::move(name)) {}

  Result<std::shared_ptr<File>> open(std::string_view path, OpenMode mode) override;
  Result<std::vector<Entry>> list(std::string_view path) override;
  Result<bool> exists(std::string_view path) override;
  Result<void> make_directory(std::string_view path) override;
  Result<void> remove(std::string_view path) override;
  Result<void> rename(std::string_view from, std::string_view to) override;
  Result<void> sync_directory(std::string_view path) override;
  Result<std::unique_ptr<Lock>> lock(std::string_view path) override;
  Result<uint64_t> free_space() override;
  const std::string& name() const override { return name_; }

 private:
  /// `path` as the system calls want it, or an error when it leads out of the root.
  Result<std::string> inside(std::string_view path) const;
  std::string shown(std::string_view path) const { return fmt::format("{}/{}", name_, path); }
  Result<int> open_descriptor(std::string_view path, int flags, std::string_view operation) const;

  Descriptor root_;
  std::string name_;
};

Result<std::string> PosixDirectory::inside(std::string_view path) const {
  if (path.empty()) return std::string(".");
  for (auto part : split(path, '/')) {
    if (part.empty() || part == "." || part == "..") {
      return fail(Errc::invalid_argument, fmt::format("'{}' is not a path below {}", path, name_));
    }
  }
  return std::string(path);
}

Result<int> PosixDirectory::open_descriptor(std::string_view path, int flags,
                                            std::string_view operation) const {
  MR_TRY(auto relative, inside(path));
  int fd;
  do {
    fd = ::openat(root_.get(), relative.c_str(), flags | O_CLOEXEC, 0644);
  } while (fd == -1 && errno == EINTR);
  if (fd < 0) return os_error(errno, operation, shown(path));
  return fd;
}

Result<std::shared_ptr<File>> PosixDirectory::open(std::string_view path, OpenMode mode) {
  MR_TRY(auto fd, open_descriptor(path, flags_of(mode), "open"));
  return std::make_shared<PosixFile>(fd, shown(path));
}

Result<std::vector<Entry>> PosixDirectory::list(std::string_view path) {
  MR_TRY(auto fd, open_descriptor(path, O_RDONLY | O_DIRECTORY, "list"));
  DIR* handle = ::fdopendir(fd);
  if (handle == nullptr) {
    ::close(fd);
    return os_error(errno, "list", shown(path));
  }
  std::vector<Entry> entries;
  errno = 0;
  while (dirent* entry = ::readdir(handle)) {
    std::string entry_name = entry->d_name;
    if (entry_name == "." || entry_name == "..") continue;
    bool is_directory = entry->d_type == DT_DIR;
    if (entry->d_type == DT_UNKNOWN || entry->d_type == DT_LNK) {
      struct stat status;
      is_directory =
          ::fstatat(::dirfd(handle), entry->d_name, &status, 0) == 0 && S_ISDIR(status.st_mode);
    }
    entries.push_back({std::move(entry_name), is_directory});
    errno = 0;
  }
  auto number = errno;
  ::closedir(handle);
  if (number != 0) return os_error(number, "list", shown(path));
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

Result<bool> PosixDirectory::exists(std::string_view path) {
  MR_TRY(auto relative, inside(path));
  struct stat status;
  if (::fstatat(root_.get(), relative.c_str(), &status, 0) == 0) return true;
  if (errno == ENOENT) return false;
  return os_error(errno, "look at", shown(path));
}

Result<void> PosixDirectory::make_directory(std::string_view path) {
  MR_TRY(auto relative, inside(path));
  if (::mkdirat(root_.get(), relative.c_str(), 0755) == 0) return {};
  return os_error(errno, "make directory", shown(path));
}

Result<void> PosixDirectory::remove(std::string_view path) {
  MR_TRY(auto relative, inside(path));
  if (::unlinkat(root_.get(), relative.c_str(), 0) == 0) return {};
  if (errno == EISDIR && ::unlinkat(root_.get(), relative.c_str(), AT_REMOVEDIR) == 0) return {};
  return os_error(errno, "remove", shown(path));
}

Result<void> PosixDirectory::rename(std::string_view from, std::string_view to) {
  MR_TRY(auto old_path, inside(from));
  MR_TRY(auto new_path, inside(to));
  if (parent_of(from) != parent_of(to)) {
    return fail(Errc::invalid_argument,
                fmt::format("{} and {} are in different directories", from, to));
  }
  if (::renameat(root_.get(), old_path.c_str(), root_.get(), new_path.c_str()) == 0) return {};
  return os_error(errno, fmt::format("rename {} to", shown(from)), shown(to));
}

Result<void> PosixDirectory::sync_directory(std::string_view path) {
  MR_TRY(auto fd, open_descriptor(path, O_RDONLY | O_DIRECTORY, "sync directory"));
  Descriptor directory(fd);
  int outcome;
  do {
    outcome = ::fsync(directory.get());
  } while (outcome == -1 && errno == EINTR);
  if (outcome != 0) return os_error(errno, "sync directory", shown(path));
  return {};
}

Result<std::unique_ptr<Directory::Lock>> PosixDirectory::lock(std::string_view path) {
  MR_TRY(auto fd, open_descriptor(path, O_RDWR | O_CREAT, "open"));
  Descriptor file(fd);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return fail(Errc::busy, fmt::format("{} is held by another process", shown(path)));
    }
    return os_error(errno, "lock", shown(path));
  }
  return std::make_unique<PosixLock>(file.release());
}

Result<uint64_t> PosixDirectory::free_space() {
  struct statvfs status;
  if (::fstatvfs(root_.get(), &status) != 0) return os_error(errno, "look at", name_);
  return static_cast<uint64_t>(status.f_bavail) * status.f_frsize;
}

}  // namespace

Result<std::unique_ptr<Directory>> open_posix_directory(const std::string& root) {
  std::error_code error;
  std::filesystem::create_directories(root, error);
  if (error) return os_error(error.value(), "make directory", root);
  int fd = ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return os_error(errno, "open directory", root);
  return std::make_unique<PosixDirectory>(fd, root);
}

}  // namespace millrace::io
