#include "net/output_queue.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "io/memory_directory.h"
#include "io/posix_directory.h"
#include "testkit/temp_directory.h"

namespace millrace::net {
namespace {

/// Two ends of a stream; the first is non-blocking.
struct Pair {
  Pair() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    EXPECT_EQ(::fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
  }
  ~Pair() {
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }
  std::string read_some() {
    std::string text(1 << 16, '\0');
    auto n = ::read(ends[1], text.data(), text.size());
    EXPECT_GT(n, 0);
    text.resize(static_cast<size_t>(n));
    return text;
  }
  std::array<int, 2> ends{-1, -1};
};

Buffer bytes(std::string_view text) {
  return to_buffer(as_bytes(text));
}

storage::FileSlice slice_of(io::Directory& directory, std::string_view text, uint64_t position,
                            uint64_t length) {
  auto file = *directory.open("f", io::OpenMode::create);
  Bytes content = as_bytes(text);
  EXPECT_TRUE(file->write_at(0, std::span(&content, 1)));
  return {file, position, length};
}

TEST(OutputQueue, sends_memory_and_file_ranges_in_order) {
  testing::TempDirectory temporary;
  auto on_disk = *io::open_posix_directory(temporary.path());
  io::MemoryDirectory in_memory;
  Pair pair;
  OutputQueue queue;
  queue.push({bytes("a"), bytes("bc"), slice_of(*on_disk, "0123456789", 2, 3), bytes(""),
              slice_of(in_memory, "ABCDEF", 1, 2), bytes("z")});
  EXPECT_EQ(queue.size_bytes(), 9u);

  auto sent = queue.send_some(pair.ends[0]);

  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->progress, OutputQueue::Progress::drained);
  EXPECT_EQ(sent->bytes, 9u);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(pair.read_some(), "abc234BCz");
}

TEST(OutputQueue, goes_on_where_a_full_socket_stopped_it) {
  Pair pair;
  OutputQueue queue;
  std::string all;
  for (char c = 'a'; c < 'z'; ++c) all += std::string(40'000, c);
  for (size_t i = 0; i < all.size(); i += 7000) queue.push({bytes(all.substr(i, 7000))});

  std::string received;
  bool blocked = false;
  while (received.size() < all.size()) {
    auto sent = queue.send_some(pair.ends[0]);
    ASSERT_TRUE(sent);
    blocked = blocked || sent->progress == OutputQueue::Progress::would_block;
    received += pair.read_some();
  }

  EXPECT_TRUE(blocked);
  EXPECT_EQ(received, all);
}

TEST(OutputQueue, says_when_the_peer_is_gone) {
  Pair pair;
  ::close(pair.ends[1]);
  pair.ends[1] = -1;
  OutputQueue queue;
  queue.push({bytes("a")});

  auto sent = queue.send_some(pair.ends[0]);

  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::unavailable);
}

TEST(OutputQueue, does_not_gloss_over_a_file_that_ends_early) {
  testing::TempDirectory temporary;
  auto on_disk = *io::open_posix_directory(temporary.path());
  Pair pair;
  OutputQueue queue;
  queue.push({slice_of(*on_disk, "abc", 0, 10)});

  auto sent = queue.send_some(pair.ends[0]);

  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::io_error);
}

}  // namespace
}  // namespace millrace::net
