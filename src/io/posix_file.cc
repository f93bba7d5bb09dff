#include "io/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "io/os_error.h"

namespace millrace::io {
namespace {

/// Repeats `call` while a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result == -1 && errno == EINTR);
  return result;
}

constexpr std::size_t max_pieces_per_call = 64;

/// The pieces still to be written: everything but the first `done` bytes, as far as one call goes.
std::size_t remaining_pieces(std::span<const Bytes> pieces, std::size_t done,
                             std::array<iovec, max_pieces_per_call>& out) {
  std::size_t count = 0;
  for (Bytes piece : pieces) {
    if (count == out.size()) break;
    auto skip = std::min(done, piece.size());
    done -= skip;
    if (skip == piece.size()) continue;
    auto rest = piece.subspan(skip);
    out[count++] = {const_cast<std::byte*>(rest.data()), rest.size()};
  }
  return count;
}

}  // namespace

PosixFile::~PosixFile() {
  ::close(fd_);  // what matters was synced; nobody can act on a failure here
}

Result<std::size_t> PosixFile::read_at(uint64_t position, MutableBytes into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    auto got = uninterrupted([&] {
      return ::pread(fd_, into.data() + done, into.size() - done,
                     static_cast<off_t>(position + done));
    });
    if (got < 0) return os_error(errno, "read", path_);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<void> PosixFile::write_at(uint64_t position, std::span<const Bytes> pieces) {
  std::array<iovec, max_pieces_per_call> rest;
  std::size_t done = 0;
  while (auto count = remaining_pieces(pieces, done, rest)) {
    auto put = uninterrupted([&] {
      return ::pwritev(fd_, rest.data(), static_cast<int>(count),
                       static_cast<off_t>(position + done));
    });
    if (put < 0) return os_error(errno, "write to", path_);
    // A short write says that the next byte does not fit; asking again tells why.
    done += static_cast<std::size_t>(put);
  }
  return {};
}

Result<void> PosixFile::sync_data() {
  if (uninterrupted([&] { return ::fdatasync(fd_); }) != 0) return os_error(errno, "sync", path_);
  return {};
}

Result<void> PosixFile::truncate(uint64_t size) {
  if (uninterrupted([&] { return ::ftruncate(fd_, static_cast<off_t>(size)); }) != 0) {
    return os_error(errno, "truncate", path_);
  }
  return {};
}

Result<void> PosixFile::preallocate(uint64_t position, uint64_t length) {
  auto number = 0;
  do {
    number = ::posix_fallocate(fd_, static_cast<off_t>(position), static_cast<off_t>(length));
  } while (number == EINTR);
  if (number != 0) return os_error(number, "reserve space for", path_);
  return {};
}

Result<uint64_t> PosixFile::size() const {
  struct stat status;
  if (::fstat(fd_, &status) != 0) return os_error(errno, "look at", path_);
  return static_cast<uint64_t>(status.st_size);
}

}  // namespace millrace::io
