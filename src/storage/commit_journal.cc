#include "storage/commit_journal.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "storage/journal_layout.h"

namespace millrace::storage {
namespace {

using namespace journal_layout;

uint64_t content_bytes(std::span<const CommitJournal::Entry> entries) {
  uint64_t sum = 0;
  for (const auto& entry : entries) sum += entry.path.size() + entry.bytes.size();
  return sum;
}

uint64_t encoded_bytes(std::size_t entries, uint64_t content) {
  return round_header_bytes + entries * entry_header_bytes + content;
}

std::byte* put(std::byte* to, Bytes bytes) {
  return std::copy(bytes.begin(), bytes.end(), to);
}

std::byte* put_entry(std::byte* to, const CommitJournal::Entry& entry) {
  to = put(to, std::as_bytes(std::span(entry.topic_id.bytes())));
  store_be(to, entry.position);
  store_be(to + 8, static_cast<uint16_t>(entry.path.size()));
  store_be(to + 10, static_cast<uint32_t>(entry.bytes.size()));
  return put(put(to + 14, as_bytes(entry.path)), entry.bytes);
}

}  // namespace

Result<std::unique_ptr<CommitJournal>> CommitJournal::create(io::Directory& directory,
                                                             std::string path,
                                                             uint64_t half_bytes) {
  MR_TRY(auto file, directory.open(path, io::OpenMode::create_new));
  const Buffer zeros(1 << 20);
  for (uint64_t at = 0; at < 2 * half_bytes; at += zeros.size()) {
    Bytes piece = Bytes(zeros).first(std::min<uint64_t>(zeros.size(), 2 * half_bytes - at));
    MR_TRY(file->write_at(at, std::span(&piece, 1)));
  }
  MR_TRY(file->sync_data());
  MR_TRY(directory.sync_directory(io::parent_of(path)));
  return std::unique_ptr<CommitJournal>(new CommitJournal(std::move(file), half_bytes));
}

bool CommitJournal::fits(std::size_t entries, uint64_t bytes) const {
  return position_ + encoded_bytes(entries, bytes) <= half_bytes_;
}

Result<void> CommitJournal::append(std::span<const Entry> entries) {
  MR_ASSERT(fits(entries.size(), content_bytes(entries)));
  round_.resize(encoded_bytes(entries.size(), content_bytes(entries)));
  std::byte* header = round_.data();
  store_be(header, magic);
  store_be(header + 4, generation_);
  store_be(header + 12, sequence_);
  store_be(header + 16, static_cast<uint32_t>(entries.size()));
  store_be(header + 20, static_cast<uint32_t>(round_.size() - round_header_bytes));
  std::byte* to = header + round_header_bytes;
  for (const auto& entry : entries) to = put_entry(to, entry);
  store_be(header + crc_at, round_crc(round_));

  Bytes piece = round_;
  MR_TRY(file_->write_at(half_ * half_bytes_ + position_, std::span(&piece, 1)));
  MR_TRY(file_->sync_data());
  position_ += round_.size();
  ++sequence_;
  return {};
}

void CommitJournal::switch_half() {
  half_ = 1 - half_;
  position_ = 0;
  sequence_ = 0;
  ++generation_;
}

std::string commit_journal_name(std::size_t number) {
  return fmt::format("{}{}", name_prefix, number);
}

}  // namespace millrace::storage
