#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/directory.h"

namespace millrace::io {

/// A disk in memory that fails on demand, for tests.
///
/// What it models: bytes written are pending, per sector of 512 bytes, until sync_data; a file's
/// size likewise; names created, renamed or removed are pending until sync_directory. A crash
/// keeps, drops or tears every pending sector, keeps or drops a pending size, and keeps or drops
/// every pending step of a directory. What was synced is never touched. What it does not model:
/// latent damage of synced data (a test flips the bit itself, through `open`), and misdirected
/// writes.
class MemoryDirectory final : public Directory {
 public:
  explicit MemoryDirectory(std::string name = "memory");
  ~MemoryDirectory() override;

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

  /// The power goes: pending state is kept, dropped or torn as `seed` decides. Files opened before
  /// fail with io_error from here on; locks are gone. The same seed after the same calls leaves the
  /// same bytes.
  void crash(uint64_t seed);

  /// The process dies, the machine lives: everything written stays, files opened before fail.
  void kill();

  /// The `n`th call from now (1 = the next) that writes, syncs, grows, cuts, creates, renames or
  /// removes fails with `code`; a failing write leaves a prefix. With `forever` all later ones too.
  void fail_call(uint64_t n, Errc code, bool forever = false);
  /// No call fails any more.
  void heal();
  /// True once the call chosen by fail_call has happened.
  bool failure_happened() const;

  /// Files together hold at most `bytes`; beyond that writes and preallocations fail with no_space.
  void limit_space(uint64_t bytes);

  /// How many sync_data and sync_directory calls have succeeded.
  uint64_t syncs() const;

 private:
  struct State;
  class MemoryFile;
  class MemoryLock;
  std::string name_;
  std::shared_ptr<State> state_;
};

}  // namespace millrace::io
