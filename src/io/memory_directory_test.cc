#include "io/memory_directory.h"

#include <gmock/gmock.h>

#include <set>

namespace millrace::io {
namespace {

using ::testing::Contains;

void put(File& file, uint64_t position, std::string_view text) {
  Bytes pieces[] = {as_bytes(text)};
  auto written = file.write_at(position, pieces);
  ASSERT_TRUE(written) << written.error().message();
}

std::string content(Directory& disk, std::string_view path) {
  auto file = disk.open(path, OpenMode::read_only);
  if (!file) return "(none)";
  return std::string(as_text(read_all(**file, 1 << 20).value()));
}

TEST(MemoryDirectory, keeps_what_was_synced_through_every_crash) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    MemoryDirectory disk;
    auto file = disk.open("f", OpenMode::create_new).value();
    put(*file, 0, std::string(2000, 'a'));
    ASSERT_TRUE(file->sync_data());
    ASSERT_TRUE(disk.sync_directory(""));
    put(*file, 2000, std::string(2000, 'b'));

    disk.crash(seed);

    EXPECT_EQ(content(disk, "f").substr(0, 2000), std::string(2000, 'a'));
    EXPECT_EQ(file->read_at(0, {}).error().code, Errc::io_error);
  }
}

TEST(MemoryDirectory, loses_keeps_and_tears_what_was_not_synced) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    MemoryDirectory disk;
    auto file = disk.open("f", OpenMode::create_new).value();
    put(*file, 0, std::string(512, 'a'));
    ASSERT_TRUE(file->sync_data());
    ASSERT_TRUE(disk.sync_directory(""));
    put(*file, 0, std::string(512, 'b'));
    disk.crash(seed);
    auto after = content(disk, "f");
    auto new_bytes = after.find_first_not_of('b');
    outcomes.insert(new_bytes == 0 ? "lost" : new_bytes == std::string::npos ? "kept" : "torn");
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"lost", "kept", "torn"}));
}

TEST(MemoryDirectory, may_lose_a_name_until_its_directory_is_synced) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    MemoryDirectory disk;
    ASSERT_TRUE(write_atomically(disk, "f", as_bytes("old")));
    auto file = disk.open("f.tmp", OpenMode::create).value();
    put(*file, 0, "new");
    ASSERT_TRUE(file->sync_data());
    ASSERT_TRUE(disk.rename("f.tmp", "f"));
    disk.crash(seed);
    outcomes.insert(content(disk, "f"));
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"old", "new"}));
}

TEST(MemoryDirectory, atomic_writes_leave_the_old_or_the_new_content) {
  for (uint64_t n = 1;; ++n) {
    MemoryDirectory disk;
    ASSERT_TRUE(write_atomically(disk, "f", as_bytes("old")));
    disk.fail_call(n, Errc::io_error, true);
    auto written = write_atomically(disk, "f", as_bytes("new"));
    bool failed = disk.failure_happened();
    disk.heal();
    disk.crash(n);
    EXPECT_THAT((std::vector<std::string>{"old", "new"}), Contains(content(disk, "f")));
    if (!failed) {
      EXPECT_TRUE(written);
      EXPECT_EQ(content(disk, "f"), "new");
      return;
    }
  }
}

TEST(MemoryDirectory, keeps_everything_when_only_the_process_dies) {
  MemoryDirectory disk;
  auto file = disk.open("f", OpenMode::create_new).value();
  put(*file, 0, "written");
  disk.kill();
  EXPECT_EQ(content(disk, "f"), "written");
}

TEST(MemoryDirectory, has_as_much_space_as_it_was_given) {
  MemoryDirectory disk;
  disk.limit_space(1000);
  auto file = disk.open("f", OpenMode::create_new).value();
  EXPECT_TRUE(file->preallocate(0, 1000));
  EXPECT_EQ(file->preallocate(1000, 1).error().code, Errc::no_space);
  EXPECT_EQ(disk.free_space().value(), 0u);
  ASSERT_TRUE(file->truncate(400));
  EXPECT_EQ(disk.free_space().value(), 600u);
}

TEST(MemoryDirectory, holds_a_lock_for_one_at_a_time) {
  MemoryDirectory disk;
  auto held = disk.lock(".lock");
  ASSERT_TRUE(held);
  EXPECT_EQ(disk.lock(".lock").error().code, Errc::busy);
  held->reset();
  EXPECT_TRUE(disk.lock(".lock"));
}

}  // namespace
}  // namespace millrace::io
