#pragma once

#include <string>

#include "io/file.h"

namespace millrace::io {

/// A file of the operating system. Interrupted and short calls are finished here.
class PosixFile final : public File {
 public:
  /// Owns `descriptor`.
  PosixFile(int descriptor, std::string path) : fd_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override;
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Result<std::size_t> read_at(uint64_t position, MutableBytes into) const override;
  Result<void> write_at(uint64_t position, std::span<const Bytes> pieces) override;
  Result<void> sync_data() override;
  Result<void> truncate(uint64_t size) override;
  Result<void> preallocate(uint64_t position, uint64_t length) override;
  Result<uint64_t> size() const override;
  int native_handle() const override { return fd_; }
  const std::string& path() const override { return path_; }

 private:
  int fd_;
  std::string path_;
};

}  // namespace millrace::io
