#include "storage/log_directory.h"

#include <gmock/gmock.h>

#include "storage/test_support.h"

namespace millrace::storage {
namespace {

/// Hands the same disk to one LogDirectory after the other.
class Borrowed final : public io::Directory {
 public:
  explicit Borrowed(io::MemoryDirectory& disk) : disk_(disk) {}
  Result<std::shared_ptr<io::File>> open(std::string_view path, io::OpenMode mode) override {
    return disk_.open(path, mode);
  }
  Result<std::vector<io::Entry>> list(std::string_view path) override { return disk_.list(path); }
  Result<bool> exists(std::string_view path) override { return disk_.exists(path); }
  Result<void> make_directory(std::string_view path) override { return disk_.make_directory(path); }
  Result<void> remove(std::string_view path) override { return disk_.remove(path); }
  Result<void> rename(std::string_view from, std::string_view to) override {
    return disk_.rename(from, to);
  }
  Result<void> sync_directory(std::string_view path) override { return disk_.sync_directory(path); }
  Result<std::unique_ptr<Lock>> lock(std::string_view path) override { return disk_.lock(path); }
  Result<uint64_t> free_space() override { return disk_.free_space(); }
  const std::string& name() const override { return disk_.name(); }

 private:
  io::MemoryDirectory& disk_;
};

class DataDirectory : public ::testing::Test {
 protected:
  Result<std::unique_ptr<LogDirectory>> try_open() {
    return LogDirectory::open(std::make_unique<Borrowed>(disk_), {});
  }
  LogDirectory& open() {
    auto opened = try_open();
    EXPECT_TRUE(opened) << opened.error().message();
    directory_ = *std::move(opened);
    files_ = std::make_unique<FileCache>(directory_->files(), 16);
    return *directory_;
  }
  std::unique_ptr<Log> create(const PartitionName& name, TopicId id = Uuid::random()) {
    auto made = directory_->create_log(*files_, name, id, {}, now_);
    EXPECT_TRUE(made) << made.error().message();
    return *std::move(made);
  }
  std::unique_ptr<Log> open_log(const PartitionName& name, TopicId id = {}) {
    auto opened = directory_->open_log(*files_, name, id, {}, now_);
    EXPECT_TRUE(opened) << opened.error().message();
    return *std::move(opened);
  }
  void append(Log& log, int count) {
    for (int i = 0; i < count; ++i) {
      auto batch = testing::make_batch({});
      ASSERT_TRUE(log.append(batch, {.now = now_}));
    }
    auto ticket = log.begin_sync();
    log.finish_sync(ticket, carry_out(disk_, ticket));
  }
  std::string text(std::string_view path) {
    auto file = disk_.open(path, io::OpenMode::read_only);
    if (!file) return "(none)";
    return std::string(as_text(io::read_all(**file, 1 << 20).value()));
  }
  void put_text(std::string_view path, std::string_view content) {
    ASSERT_TRUE(io::write_atomically(disk_, path, as_bytes(content)));
  }

  io::MemoryDirectory disk_{"data"};
  Timestamp now_{1'700'000'000'000};
  std::unique_ptr<LogDirectory> directory_;
  std::unique_ptr<FileCache> files_;
};

TEST_F(DataDirectory, gets_an_identity_once_and_keeps_it) {
  auto first = open().identity();
  directory_.reset();
  auto second = open().identity();

  EXPECT_EQ(first.cluster_id, second.cluster_id);
  EXPECT_EQ(first.directory_id, second.directory_id);
  EXPECT_EQ(text("meta.properties"), "version=1\ncluster.id=" + first.cluster_id +
                                         "\nnode.id=1\ndirectory.id=" + first.directory_id.text() +
                                         "\n");
}

TEST_F(DataDirectory, belongs_to_one_broker_at_a_time) {
  open();
  EXPECT_EQ(try_open().error().code, Errc::busy);
  directory_.reset();
  EXPECT_TRUE(try_open());
}

TEST_F(DataDirectory, of_a_newer_format_is_refused_and_left_alone) {
  put_text("millrace.format", "version=2\n");
  auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::unsupported);
  EXPECT_THAT(opened.error().context, ::testing::HasSubstr("format version 2"));
  EXPECT_EQ(text("meta.properties"), "(none)");
}

TEST_F(DataDirectory, knows_a_clean_end_and_only_once) {
  open();
  auto log = create({"t", PartitionId(0)});
  append(*log, 3);
  ASSERT_TRUE(log->close());
  ASSERT_TRUE(directory_->close_clean({log->checkpoint()}));
  EXPECT_EQ(text(".kafka_cleanshutdown"), R"({"version":0,"brokerEpoch":-1})");
  log.reset();
  directory_.reset();

  EXPECT_TRUE(open().was_clean());
  EXPECT_EQ(open_log({"t", PartitionId(0)})->end_offset(), Offset(3));
  EXPECT_EQ(text("recovery-point-offset-checkpoint"), "0\n1\nt 0 3\n");
  EXPECT_EQ(text("replication-offset-checkpoint"), "0\n1\nt 0 3\n");
  EXPECT_EQ(text("log-start-offset-checkpoint"), "0\n1\nt 0 0\n");

  directory_.reset();
  EXPECT_FALSE(open().was_clean());
}

TEST_F(DataDirectory, lists_its_partitions_with_their_topic_ids) {
  open();
  auto id = Uuid::random();
  create({"b", PartitionId(1)}, id);
  create({"a", PartitionId(10)}, id);
  create({"a", PartitionId(9)}, id);
  directory_.reset();

  const auto& found = open().found();

  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].partition, (PartitionName{"a", PartitionId(9)}));
  EXPECT_EQ(found[2].partition, (PartitionName{"b", PartitionId(1)}));
  EXPECT_EQ(found[2].topic_id, id);
}

TEST_F(DataDirectory, does_not_measure_a_new_topic_by_the_deleted_one_of_the_same_name) {
  open();
  PartitionName name{"t", PartitionId(0)};
  auto old_log = create(name);
  append(*old_log, 50);
  ASSERT_TRUE(
      directory_->write_checkpoints(directory_->begin_checkpoints(), {old_log->checkpoint()}));
  auto late_round = directory_->begin_checkpoints();
  auto late = old_log->checkpoint();
  old_log.reset();

  ASSERT_TRUE(directory_->remove_logs({name}));
  auto id = Uuid::random();
  append(*create(name, id), 2);
  ASSERT_TRUE(directory_->write_checkpoints(late_round, {late}));
  directory_.reset();
  disk_.crash(5);

  open();
  auto log = open_log(name, id);
  EXPECT_FALSE(log->damage());
  EXPECT_EQ(log->end_offset(), Offset(2));
}

TEST_F(DataDirectory, finishes_an_interrupted_deletion) {
  open();
  create({"t", PartitionId(0)});
  directory_.reset();
  ASSERT_TRUE(disk_.rename("t-0", "t-0.0123456789012345678901-delete"));

  EXPECT_TRUE(open().found().empty());
  EXPECT_FALSE(disk_.exists("t-0.0123456789012345678901-delete").value());
}

TEST_F(DataDirectory, writes_checkpoints_only_when_they_changed) {
  open();
  auto log = create({"t", PartitionId(0)});
  append(*log, 1);
  ASSERT_TRUE(directory_->write_checkpoints(directory_->begin_checkpoints(), {log->checkpoint()}));
  auto syncs = disk_.syncs();
  ASSERT_TRUE(directory_->write_checkpoints(directory_->begin_checkpoints(), {log->checkpoint()}));
  EXPECT_EQ(disk_.syncs(), syncs);
}

TEST_F(DataDirectory, survives_a_crash_at_every_moment_of_its_first_start) {
  for (uint64_t n = 1;; ++n) {
    io::MemoryDirectory disk;
    disk.fail_call(n, Errc::io_error, true);
    auto first = LogDirectory::open(std::make_unique<Borrowed>(disk), {});
    bool failed = disk.failure_happened();
    if (first) first->reset();
    disk.heal();
    disk.crash(n);
    auto second = LogDirectory::open(std::make_unique<Borrowed>(disk), {});
    ASSERT_TRUE(second) << "call " << n << ": " << second.error().message();
    if (!failed) return;
  }
}

TEST_F(DataDirectory, says_which_checkpoint_it_cannot_read) {
  put_text("recovery-point-offset-checkpoint", "0\n5\n");
  auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_THAT(opened.error().context, ::testing::HasSubstr("recovery-point-offset-checkpoint"));
}

TEST_F(DataDirectory, is_made_readable_for_kafkas_tools_after_a_crash) {
  open();
  auto log = create({"t", PartitionId(0)});
  append(*log, 5);
  log.reset();
  directory_.reset();
  disk_.kill();
  ASSERT_GT(text("t-0/00000000000000000000.log").size(), 5u * 101);

  auto report = trim_directory(std::make_unique<Borrowed>(disk_), {}, now_);

  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->partitions, 1u);
  EXPECT_TRUE(report->damaged.empty());
  EXPECT_EQ(text("t-0/00000000000000000000.log").size(), 5u * 101);
  EXPECT_TRUE(open().was_clean());
}

TEST_F(DataDirectory, is_not_made_out_of_any_directory_by_trim) {
  auto report = trim_directory(std::make_unique<Borrowed>(disk_), {}, now_);
  EXPECT_EQ(report.error().code, Errc::not_found);
  EXPECT_TRUE(disk_.list("").value().empty());
}

TEST_F(DataDirectory, reports_damage_instead_of_trimming_it) {
  open();
  auto log = create({"t", PartitionId(0)});
  append(*log, 5);
  ASSERT_TRUE(directory_->write_checkpoints(directory_->begin_checkpoints(), {log->checkpoint()}));
  log.reset();
  directory_.reset();
  disk_.kill();
  auto before = text("t-0/00000000000000000000.log");
  before[150] = static_cast<char>(before[150] ^ 1);
  put_text("t-0/00000000000000000000.log", before);

  auto report = trim_directory(std::make_unique<Borrowed>(disk_), {}, now_);

  ASSERT_EQ(report->damaged.size(), 1u);
  EXPECT_EQ(report->damaged[0].offset, Offset(1));
  EXPECT_EQ(report->damaged[0].kind, DamageKind::checksum);
  EXPECT_EQ(text("t-0/00000000000000000000.log"), before);
  EXPECT_FALSE(open().was_clean());
}

}  // namespace
}  // namespace millrace::storage
