#include "net/output_queue.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "base/assert.h"

namespace millrace::net {
namespace {

constexpr size_t send_budget_bytes = 4 << 20;
constexpr size_t gather_max = 64;
constexpr size_t copy_chunk_bytes = 256 << 10;

size_t length_of(const broker::Piece& piece) {
  if (auto* buffer = std::get_if<Buffer>(&piece)) return buffer->size();
  return std::get<storage::FileSlice>(piece).length;
}

tl::unexpected<Error> peer_gone(int code) {
  return fail(Errc::unavailable, std::system_category().message(code));
}

}  // namespace

void OutputQueue::push(std::vector<broker::Piece> pieces) {
  for (auto& piece : pieces) {
    if (length_of(piece) == 0) continue;
    size_bytes_ += length_of(piece);
    pieces_.push_back(std::move(piece));
  }
}

Result<OutputQueue::Sent> OutputQueue::send_some(int socket) {
  Sent sent;
  while (!pieces_.empty()) {
    if (sent.bytes >= send_budget_bytes) {
      sent.progress = Progress::budget;
      return sent;
    }
    if (auto* slice = std::get_if<storage::FileSlice>(&pieces_.front());
        slice != nullptr && slice->file->native_handle() < 0) {
      MR_TRY(load_slice());
    }
    bool in_memory = std::holds_alternative<Buffer>(pieces_.front());
    MR_TRY(size_t n, in_memory ? send_buffers(socket) : send_file(socket));
    if (n == 0) {
      sent.progress = Progress::would_block;
      return sent;
    }
    sent.bytes += n;
    consume(n);
  }
  return sent;
}

Result<size_t> OutputQueue::send_buffers(int socket) {
  std::array<iovec, gather_max> gather;
  size_t count = 0;
  size_t skip = front_sent_;
  for (auto& piece : pieces_) {
    auto* buffer = std::get_if<Buffer>(&piece);
    if (buffer == nullptr || count == gather_max) break;
    gather[count++] = {buffer->data() + skip, buffer->size() - skip};
    skip = 0;
  }
  msghdr message{};
  message.msg_iov = gather.data();
  message.msg_iovlen = count;
  // More is coming: with TCP_NODELAY a reply's head would else travel in a packet of its own.
  int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (count < pieces_.size() ? MSG_MORE : 0);
  auto n = ::sendmsg(socket, &message, flags);
  if (n >= 0) return static_cast<size_t>(n);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
  return peer_gone(errno);
}

Result<size_t> OutputQueue::send_file(int socket) {
  auto& slice = std::get<storage::FileSlice>(pieces_.front());
  auto position = static_cast<off_t>(slice.position + front_sent_);
  auto n = ::sendfile(socket, slice.file->native_handle(), &position, slice.length - front_sent_);
  if (n > 0) return static_cast<size_t>(n);
  // The length has been promised to the client: a file that ends early cannot be glossed over.
  if (n == 0) return fail(Errc::io_error, slice.file->path() + " is shorter than its log says");
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
  if (errno == EIO) return fail(Errc::io_error, "cannot read " + slice.file->path());
  return peer_gone(errno);
}

/// A file without a descriptor (in-memory directory): its next chunk becomes a buffer.
Result<void> OutputQueue::load_slice() {
  auto& slice = std::get<storage::FileSlice>(pieces_.front());
  MR_ASSERT(front_sent_ == 0);
  Buffer chunk(std::min<size_t>(slice.length, copy_chunk_bytes));
  MR_TRY(size_t n, slice.file->read_at(slice.position, chunk));
  if (n != chunk.size()) {
    return fail(Errc::io_error, slice.file->path() + " is shorter than its log says");
  }
  slice.position += n;
  slice.length -= n;
  if (slice.length == 0) {
    pieces_.front() = std::move(chunk);
  } else {
    pieces_.push_front(std::move(chunk));
  }
  return {};
}

void OutputQueue::consume(size_t bytes) {
  MR_ASSERT(bytes <= size_bytes_);
  size_bytes_ -= bytes;
  front_sent_ += bytes;
  while (!pieces_.empty() && front_sent_ >= length_of(pieces_.front())) {
    front_sent_ -= length_of(pieces_.front());
    pieces_.pop_front();
  }
}

}  // namespace millrace::net
