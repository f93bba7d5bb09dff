#include "io/posix_directory.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace millrace::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PosixDirectoryTest : public ::testing::Test {
 protected:
  PosixDirectoryTest() {
    auto pattern = (std::filesystem::temp_directory_path() / "millrace-io-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    disk_ = open_posix_directory(root_ + "/deeper/data").value();
  }
  ~PosixDirectoryTest() override { std::filesystem::remove_all(root_); }

  std::string root_;
  std::unique_ptr<Directory> disk_;
};

std::vector<std::string> names(Directory& disk, std::string_view path) {
  std::vector<std::string> all;
  auto entries = disk.list(path).value();
  for (auto& entry : entries) {
    all.push_back(entry.is_directory ? entry.name + "/" : entry.name);
  }
  return all;
}

TEST_F(PosixDirectoryTest, writes_many_pieces_and_reads_them_back) {
  auto file = disk_->open("f", OpenMode::create_new).value();
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) texts.push_back(std::string(static_cast<std::size_t>(i), 'a'));
  std::vector<Bytes> pieces;
  std::string all(5, '\0');
  for (const auto& text : texts) {
    pieces.push_back(as_bytes(text));
    all += text;
  }

  ASSERT_TRUE(file->write_at(5, pieces));
  ASSERT_TRUE(file->sync_data());

  EXPECT_EQ(as_text(read_all(*file, 1 << 20).value()), all);
  EXPECT_EQ(file->size().value(), all.size());
  EXPECT_GE(file->native_handle(), 0);
}

TEST_F(PosixDirectoryTest, reads_less_only_at_the_end) {
  auto file = disk_->open("f", OpenMode::create).value();
  ASSERT_TRUE(file->write_at(0, std::array{as_bytes("hello")}));
  std::array<std::byte, 10> into;
  EXPECT_EQ(file->read_at(2, into).value(), 3u);
  EXPECT_EQ(file->read_at(9, into).value(), 0u);
  EXPECT_EQ(read_exactly(*file, 2, into).error().code, Errc::corrupt);
}

TEST_F(PosixDirectoryTest, preallocates_zeros_that_count_as_size) {
  auto file = disk_->open("f", OpenMode::create).value();
  ASSERT_TRUE(file->preallocate(0, 1 << 20));
  EXPECT_EQ(file->size().value(), 1u << 20);
  ASSERT_TRUE(file->truncate(3));
  EXPECT_EQ(as_text(read_all(*file, 10).value()), std::string_view("\0\0\0", 3));
}

TEST_F(PosixDirectoryTest, lists_renames_and_removes) {
  ASSERT_TRUE(disk_->make_directory("t-0"));
  ASSERT_TRUE(disk_->open("t-0/a", OpenMode::create));
  ASSERT_TRUE(disk_->open("z", OpenMode::create));
  EXPECT_THAT(names(*disk_, ""), ElementsAre("t-0/", "z"));

  ASSERT_TRUE(disk_->rename("t-0", "t-0-delete"));
  ASSERT_TRUE(disk_->sync_directory(""));
  EXPECT_FALSE(disk_->exists("t-0").value());
  EXPECT_EQ(disk_->remove("t-0-delete").error().code, Errc::already_exists);  // not empty
  ASSERT_TRUE(remove_tree(*disk_, "t-0-delete"));
  EXPECT_THAT(names(*disk_, ""), ElementsAre("z"));
}

TEST_F(PosixDirectoryTest, names_file_and_reason_in_errors) {
  auto missing = disk_->open("no/such", OpenMode::read_only);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().context, HasSubstr("data/no/such"));
  ASSERT_TRUE(disk_->open("f", OpenMode::create_new));
  EXPECT_EQ(disk_->open("f", OpenMode::create_new).error().code, Errc::already_exists);
  EXPECT_EQ(disk_->make_directory("f").error().code, Errc::already_exists);
  EXPECT_EQ(disk_->remove("g").error().code, Errc::not_found);
}

TEST_F(PosixDirectoryTest, lets_no_path_out_of_the_root) {
  for (auto path : {"../x", "a/../../x", "/etc/passwd", "a//b", "."}) {
    EXPECT_EQ(disk_->open(path, OpenMode::create).error().code, Errc::invalid_argument) << path;
  }
  ASSERT_TRUE(disk_->make_directory("a"));
  EXPECT_EQ(disk_->rename("a", "b/c").error().code, Errc::invalid_argument);
}

TEST_F(PosixDirectoryTest, reports_a_full_device) {
  auto device = open_posix_directory("/dev").value();
  auto full = device->open("full", OpenMode::read_write);
  ASSERT_TRUE(full) << full.error().message();
  auto written = (*full)->write_at(0, std::array{as_bytes("x")});
  EXPECT_EQ(written.error().code, Errc::no_space);
}

TEST_F(PosixDirectoryTest, holds_a_lock_for_one_at_a_time) {
  auto held = disk_->lock(".lock");
  ASSERT_TRUE(held);
  EXPECT_EQ(disk_->lock(".lock").error().code, Errc::busy);
  held->reset();
  EXPECT_TRUE(disk_->lock(".lock"));
}

TEST_F(PosixDirectoryTest, says_that_a_file_is_no_directory) {
  ASSERT_TRUE(disk_->open("f", OpenMode::create));
  EXPECT_FALSE(open_posix_directory(root_ + "/deeper/data/f"));
}

}  // namespace
}  // namespace millrace::io
