#include "storage/index.h"

#include <gmock/gmock.h>

#include "storage/batch_reader.h"
#include "storage/log.h"
#include "storage/segment.h"
#include "storage/test_support.h"

namespace millrace::storage {
namespace {

using testing::Machine;

template <class Entry>
std::vector<Entry> entries_of(io::Directory& disk, const std::string& path) {
  auto file = disk.open(path, io::OpenMode::read_only).value();
  auto content = io::read_all(*file, 1 << 20).value();
  EXPECT_EQ(content.size() % Entry::size, 0u);
  std::vector<Entry> entries;
  for (std::size_t at = 0; at < content.size(); at += Entry::size) {
    entries.push_back(Entry::decode(content.data() + at));
  }
  return entries;
}

/// Kafka's rules (LogSegment.append, onBecomeInactiveSegment), told once more and independently.
void expect_kafkas_indexes(io::Directory& disk, Offset base, int64_t interval) {
  auto stem = "t-0/" + segment_name(base);
  std::vector<OffsetIndexEntry> offsets;
  std::vector<TimeIndexEntry> times;
  auto log = disk.open(stem + ".log", io::OpenMode::read_only).value();
  BatchReader reader(*log, 0, log->size().value());
  int64_t since_entry = 0;
  TimeIndexEntry greatest;
  auto maybe_append_time = [&] {
    auto last = times.empty() ? Timestamp(-1) : times.back().timestamp;
    if (greatest.timestamp > last) times.push_back(greatest);
  };
  while (auto batch = reader.next().value()) {
    const auto& header = batch->header;
    auto relative = static_cast<int32_t>(header.last_offset() - base);
    if (header.max_timestamp > greatest.timestamp) greatest = {header.max_timestamp, relative};
    if (since_entry > interval) {
      offsets.push_back({relative, static_cast<int32_t>(batch->position)});
      maybe_append_time();
      since_entry = 0;
    }
    since_entry += static_cast<int64_t>(header.size_in_bytes());
  }
  maybe_append_time();
  EXPECT_EQ(reader.position(), log->size().value()) << "a tail follows the last batch";
  EXPECT_EQ(entries_of<OffsetIndexEntry>(disk, stem + ".index"), offsets);
  EXPECT_EQ(entries_of<TimeIndexEntry>(disk, stem + ".timeindex"), times);
}

void append_many(Machine& machine, int count) {
  for (int i = 0; i < count; ++i) {
    machine.append({.records = 1 + i % 3,
                    .payload_bytes = static_cast<std::size_t>(10 + i * 53 % 300),
                    .timestamp = Timestamp(1000 + i * 7919 % 500)});
  }
}

void expect_all_indexes(Machine& machine) {
  int segments = 0;
  auto entries = machine.disk.list("t-0").value();
  for (const auto& entry : entries) {
    auto base = segment_base(entry.name, ".log");
    if (!base) continue;
    expect_kafkas_indexes(machine.disk, *base, machine.config.index_interval_bytes);
    ++segments;
  }
  EXPECT_GT(segments, 3);
}

TEST(Index, has_kafkas_entries_after_a_clean_end) {
  Machine machine;
  machine.create();
  append_many(machine, 100);
  machine.close();
  expect_all_indexes(machine);
}

TEST(Index, has_kafkas_entries_after_a_crash_and_a_clean_end) {
  Machine machine;
  machine.create();
  append_many(machine, 100);
  machine.kill();
  machine.open();
  append_many(machine, 20);
  machine.close();
  expect_all_indexes(machine);
}

TEST(Index, entries_are_laid_out_as_kafkas) {
  std::byte bytes[TimeIndexEntry::size];
  OffsetIndexEntry{.relative_offset = 0x01020304, .position = 0x05060708}.encode(bytes);
  EXPECT_EQ(load_be<uint64_t>(bytes), 0x0102030405060708u);
  TimeIndexEntry{.timestamp = Timestamp(0x0102030405060708), .relative_offset = 0x0a0b0c0d}.encode(
      bytes);
  EXPECT_EQ(load_be<uint64_t>(bytes), 0x0102030405060708u);
  EXPECT_EQ(load_be<uint32_t>(bytes + 8), 0x0a0b0c0du);
}

TEST(Index, starts_a_new_segment_when_an_index_is_full) {
  Machine machine;
  machine.config.segment_bytes = 1 << 20;
  machine.config.index_interval_bytes = 0;
  machine.config.segment_index_bytes = 12 * 10;  // ten time index entries
  machine.create();
  for (int i = 0; i < 25; ++i) machine.append({.timestamp = Timestamp(1000 + i)});
  EXPECT_EQ(machine.log().segment_count(), 3u);
}

TEST(Index, starts_a_new_segment_after_segment_ms) {
  Machine machine;
  machine.config.segment_age = std::chrono::seconds(10);
  machine.create();
  machine.append({.timestamp = Timestamp(100'000)});
  machine.append({.timestamp = Timestamp(110'000)});
  EXPECT_EQ(machine.log().segment_count(), 1u);
  machine.append({.timestamp = Timestamp(110'001)});
  EXPECT_EQ(machine.log().segment_count(), 2u);
}

TEST(SegmentNames, are_twenty_digits) {
  EXPECT_EQ(segment_name(Offset(42)), "00000000000000000042");
  EXPECT_EQ(segment_base("00000000000000000042.log", ".log"), Offset(42));
  EXPECT_EQ(segment_base("0000000000000000042.log", ".log"), std::nullopt);
  EXPECT_EQ(segment_base("0000000000000000004x.log", ".log"), std::nullopt);
  EXPECT_EQ(segment_base("99999999999999999999.log", ".log"), std::nullopt);
}

}  // namespace
}  // namespace millrace::storage
