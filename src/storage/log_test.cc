#include "storage/log.h"

#include <gmock/gmock.h>

#include "storage/test_support.h"

namespace millrace::storage {
namespace {

using record::Sequence;
using ::testing::ElementsAre;
using testing::Machine;
using testing::offsets_of;

TEST(Log, gives_offsets_in_order_and_shows_records_once_they_are_durable) {
  Machine machine;
  auto& log = machine.create();

  EXPECT_EQ(machine.append({.records = 3}).last_offset, Offset(2));
  EXPECT_EQ(machine.append({.records = 2}).base_offset, Offset(3));
  EXPECT_TRUE(machine.read(Offset(0)).empty());
  EXPECT_TRUE(log.wants_sync());

  machine.sync();
  EXPECT_THAT(offsets_of(machine.read(Offset(0))), ElementsAre(0, 3));
  EXPECT_EQ(log.high_watermark(), Offset(5));
  EXPECT_FALSE(log.needs_sync());
}

TEST(Log, shows_records_at_once_when_flush_messages_is_large) {
  Machine machine;
  machine.config.flush_messages = 3;
  auto& log = machine.create();

  machine.append({.records = 2});
  EXPECT_THAT(offsets_of(machine.read(Offset(0))), ElementsAre(0));
  EXPECT_FALSE(log.wants_sync());
  machine.append({.records = 1});
  EXPECT_TRUE(log.wants_sync());
}

TEST(Log, starts_a_read_with_the_batch_that_contains_the_offset) {
  Machine machine;
  machine.create();
  machine.append({.records = 3});
  machine.append({.records = 3});
  machine.sync();

  EXPECT_THAT(offsets_of(machine.read(Offset(4))), ElementsAre(3));
  EXPECT_TRUE(machine.read(Offset(6)).empty());
  EXPECT_EQ(machine.try_read(Offset(7)).error().code, Errc::out_of_range);
}

TEST(Log, keeps_to_max_bytes_but_always_gives_one_batch) {
  Machine machine;
  machine.create();
  for (int i = 0; i < 200; ++i) machine.append();  // 101 bytes each, several segments
  machine.sync();
  ASSERT_GT(machine.log().segment_count(), 3u);

  EXPECT_EQ(machine.read(Offset(0), 1).size(), 1u);
  EXPECT_EQ(machine.read(Offset(0), 101).size(), 1u);
  EXPECT_EQ(machine.read(Offset(0), 202).size(), 2u);
  EXPECT_EQ(machine.read(Offset(7), 101 * 50 + 100).size(), 50u);
  EXPECT_EQ(machine.read(Offset(0)).size(), 200u);
}

TEST(Log, tells_where_the_next_read_goes_on) {
  Machine machine;
  auto& log = machine.create();
  for (int i = 0; i < 200; ++i) machine.append({.records = 1 + i % 3});  // several segments
  machine.sync();
  ASSERT_GT(log.segment_count(), 3u);

  for (uint64_t max_bytes : {1u, 300u, 5'000u, 100'000u}) {
    for (Offset from(0); from < log.end_offset();) {
      const auto expected = machine.read(from, max_bytes).back().next_offset();
      const auto result = log.read(from, max_bytes, log.high_watermark());
      ASSERT_EQ(result->next, expected) << from.value() << ", " << max_bytes;
      from = expected;
    }
  }
  EXPECT_EQ(log.read(log.end_offset(), 100, log.high_watermark())->next, log.end_offset());
}

TEST(Log, reads_the_same_from_everywhere_as_a_walk_over_all_batches) {
  Machine machine;
  machine.create();
  std::vector<std::pair<int64_t, int64_t>> ranges;
  for (int i = 0; i < 120; ++i) {
    auto info = machine.append(
        {.records = 1 + i % 4, .payload_bytes = static_cast<std::size_t>(i * 37 % 600)});
    ranges.emplace_back(info.base_offset.value(), info.last_offset.value());
  }
  machine.sync();

  for (int round = 0; round < 2; ++round) {
    for (auto [first, last] : ranges) {
      for (auto offset = first; offset <= last; ++offset) {
        ASSERT_EQ(machine.read(Offset(offset), 1).at(0).base_offset, Offset(first));
      }
    }
    machine.close();
    machine.open(true);
  }
}

TEST(Log, continues_after_a_clean_end_where_it_stopped) {
  Machine machine;
  machine.create();
  for (int i = 0; i < 60; ++i) machine.append({.records = 2});
  machine.close();

  auto& log = machine.open(true);

  EXPECT_EQ(log.end_offset(), Offset(120));
  EXPECT_EQ(log.high_watermark(), Offset(120));
  EXPECT_EQ(machine.append().base_offset, Offset(120));
  machine.sync();
  EXPECT_EQ(machine.read(Offset(0)).size(), 61u);
}

TEST(Log, stores_an_idempotent_producers_batch_once) {
  Machine machine;
  machine.create();
  auto first = machine.append({.records = 2, .producer = ProducerId(7), .sequence = Sequence(0)});
  machine.append({.records = 1, .producer = ProducerId(7), .sequence = Sequence(2)});

  auto again = machine.append({.records = 2, .producer = ProducerId(7), .sequence = Sequence(0)});

  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.base_offset, first.base_offset);
  EXPECT_EQ(again.last_offset, first.last_offset);
  EXPECT_EQ(machine.log().end_offset(), Offset(3));
  auto gap = machine.try_append({.producer = ProducerId(7), .sequence = Sequence(9)});
  EXPECT_EQ(gap.error().code, Errc::out_of_order);
}

TEST(Log, refuses_a_batch_over_max_message_bytes) {
  Machine machine;
  machine.config.max_batch_bytes = 200;
  machine.create();

  EXPECT_TRUE(machine.try_append({.payload_bytes = 139}));
  EXPECT_EQ(machine.try_append({.payload_bytes = 140}).error().code, Errc::limit_exceeded);
}

TEST(Log, refuses_bytes_that_are_not_whole_batches) {
  Machine machine;
  auto& log = machine.create();
  auto batch = testing::make_batch({});
  batch.pop_back();

  EXPECT_EQ(log.append(batch, {.now = machine.now}).error().code, Errc::corrupt);
  EXPECT_EQ(log.append({}, {.now = machine.now}).error().code, Errc::invalid_argument);
  EXPECT_EQ(log.end_offset(), Offset(0));
}

TEST(Log, stamps_records_when_the_topic_wants_append_time) {
  Machine machine;
  machine.config.timestamp_type = record::TimestampType::log_append_time;
  machine.create();

  auto info = machine.append({.timestamp = Timestamp(5)});
  machine.sync();

  EXPECT_EQ(info.log_append_time, machine.now);
  EXPECT_EQ(machine.read(Offset(0)).at(0).max_timestamp, machine.now);
}

TEST(Log, remembers_where_each_leader_epoch_began) {
  Machine machine;
  auto& log = machine.create();
  auto batch = testing::make_batch({.records = 5});
  ASSERT_TRUE(log.append(batch, {.now = machine.now, .leader_epoch = LeaderEpoch(0)}));
  ASSERT_TRUE(log.append(batch, {.now = machine.now, .leader_epoch = LeaderEpoch(3)}));
  machine.close();

  auto& reopened = machine.open(true);

  EXPECT_EQ(reopened.latest_epoch(), LeaderEpoch(3));
  EXPECT_EQ(reopened.end_of_epoch(LeaderEpoch(1)), std::pair(LeaderEpoch(0), Offset(5)));
  EXPECT_EQ(reopened.end_of_epoch(LeaderEpoch(3)), std::pair(LeaderEpoch(3), Offset(10)));
}

TEST(Log, keeps_slices_readable_after_their_segment_is_deleted) {
  Machine machine;
  auto& log = machine.create();
  for (int i = 0; i < 100; ++i) machine.append();
  machine.sync();
  auto held = log.read(Offset(0), 1 << 20, log.high_watermark());
  ASSERT_TRUE(held);

  ASSERT_TRUE(log.trim_before(Offset(90)));

  EXPECT_LT(log.segment_count(), 3u);
  EXPECT_EQ(testing::headers_of(testing::bytes_of(held->slices)).size(), 100u);
  EXPECT_EQ(machine.try_read(Offset(89)).error().code, Errc::out_of_range);
  EXPECT_EQ(machine.read(Offset(90)).size(), 10u);
}

TEST(Log, deletes_segments_by_size_and_by_age) {
  Machine machine;
  machine.config.retention_bytes = 8000;
  auto& log = machine.create();
  for (int i = 0; i < 200; ++i) machine.append({.timestamp = machine.now});
  machine.sync();

  ASSERT_GT(log.apply_retention(machine.now).value(), 0u);
  EXPECT_GE(log.size_bytes(), 8000u);
  EXPECT_LT(log.size_bytes(), 8000u + 4096u);

  machine.now += Milliseconds(std::chrono::hours(24 * 8)).count();
  ASSERT_TRUE(log.apply_retention(machine.now));
  machine.sync();
  EXPECT_EQ(log.start_offset(), Offset(200));
  EXPECT_EQ(machine.append().base_offset, Offset(200));
}

TEST(Log, closes_files_of_idle_partitions_and_opens_them_again) {
  Machine machine;
  machine.create();
  for (int i = 0; i < 1000; ++i) machine.append();
  machine.sync();

  EXPECT_EQ(machine.read(Offset(0)).size(), 1000u);
  EXPECT_EQ(machine.read(Offset(0)).size(), 1000u);
  machine.append();
  machine.sync();
  EXPECT_LE(machine.files().open_files(), 8u);
}

}  // namespace
}  // namespace millrace::storage
