#include "storage/batch_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::storage {
namespace {

constexpr std::size_t header_step = 8 << 10;  // about two index intervals
constexpr std::size_t whole_step = 256 << 10;

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

}  // namespace

Result<std::optional<BatchReader::Located>> BatchReader::next() {
  MR_TRY(auto front, bytes_at(position_, record::batch_header_size, header_step));
  front = front.first(std::min(front.size(), record::batch_header_size));
  if (all_zero(front)) return std::optional<Located>();
  auto header = record::decode_header(front);
  if (!header) return fail_at(fmt::format("{}, byte {}", file_.path(), position_), header.error());
  if (header->size_in_bytes() > end_ - position_) {
    return fail(Errc::corrupt, fmt::format("{}: the batch at byte {} is longer than the file",
                                           file_.path(), position_));
  }
  last_ = {.header = *header, .position = position_};
  position_ = last_.end();
  return std::optional<Located>(last_);
}

Result<record::BatchView> BatchReader::whole() {
  auto size = last_.header.size_in_bytes();
  MR_TRY(auto bytes, bytes_at(last_.position, size, std::max(size, whole_step)));
  return record::BatchView::parse(bytes.first(std::min(bytes.size(), size)));
}

Result<Bytes> BatchReader::bytes_at(uint64_t from, std::size_t length, std::size_t step) {
  length = std::min<uint64_t>(length, end_ - std::min(from, end_));
  bool held = from >= buffer_start_ && from + length <= buffer_start_ + buffer_.size();
  if (!held) {
    buffer_.resize(std::min<uint64_t>(std::max(step, length), end_ - std::min(from, end_)));
    buffer_start_ = from;
    MR_TRY(auto got, file_.read_at(from, buffer_));
    buffer_.resize(got);
  }
  return Bytes(buffer_).subspan(from - buffer_start_);
}

}  // namespace millrace::storage
