#include <gmock/gmock.h>

#include "record/batch_builder.h"
#include "storage/log.h"
#include "storage/test_support.h"

namespace millrace::storage {
namespace {

using testing::Machine;

/// Appends one batch with a record per timestamp.
void append_at(Machine& machine, const std::vector<int64_t>& timestamps,
               record::Codec codec = record::Codec::none) {
  record::BatchBuilder builder({.codec = codec});
  for (auto timestamp : timestamps) {
    ASSERT_TRUE(builder.add({.timestamp = Timestamp(timestamp), .value = as_bytes("value")}));
  }
  auto batch = builder.finish();
  ASSERT_TRUE(batch);
  ASSERT_TRUE(machine.log().append(*batch, {.now = machine.now, .leader_epoch = LeaderEpoch(2)}));
}

int64_t found_at(Machine& machine, int64_t timestamp) {
  auto found = machine.log().offset_for_timestamp(Timestamp(timestamp), machine.log().end_offset());
  EXPECT_TRUE(found) << found.error().message();
  return *found ? (*found)->offset.value() : -1;
}

TEST(LogTimestamps, finds_the_first_record_that_is_not_older) {
  Machine machine;
  machine.create();
  append_at(machine, {100, 110, 120});
  append_at(machine, {90, 150, 130}, record::Codec::gzip);

  EXPECT_EQ(found_at(machine, 0), 0);
  EXPECT_EQ(found_at(machine, 111), 2);
  EXPECT_EQ(found_at(machine, 121), 4);
  EXPECT_EQ(found_at(machine, 150), 4);
  EXPECT_EQ(found_at(machine, 151), -1);
}

TEST(LogTimestamps, agrees_with_a_walk_over_all_records_in_many_segments) {
  Machine machine;
  machine.create();
  std::vector<int64_t> all;
  for (int i = 0; i < 400; ++i) {
    std::vector<int64_t> timestamps;
    for (int j = 0; j <= i % 3; ++j) timestamps.push_back(1000 + i + (i * 7919 + j * 31) % 60);
    append_at(machine, timestamps);
    all.insert(all.end(), timestamps.begin(), timestamps.end());
  }
  ASSERT_GT(machine.log().segment_count(), 3u);

  for (int round = 0; round < 2; ++round) {
    for (int64_t timestamp = 990; timestamp < 1480; timestamp += 3) {
      auto first = std::find_if(all.begin(), all.end(), [&](auto t) { return t >= timestamp; });
      ASSERT_EQ(found_at(machine, timestamp), first == all.end() ? -1 : first - all.begin());
    }
    auto greatest = machine.log().offset_of_max_timestamp(machine.log().end_offset()).value();
    ASSERT_EQ(greatest->offset.value(), std::max_element(all.begin(), all.end()) - all.begin());
    machine.close();
    machine.open(true);
  }
}

TEST(LogTimestamps, looks_neither_below_the_start_nor_above_the_limit) {
  Machine machine;
  machine.config.flush_messages = 1000;
  machine.create();
  append_at(machine, {100, 200, 300});
  append_at(machine, {400});
  ASSERT_TRUE(machine.log().trim_before(Offset(1)));

  auto limit = Offset(3);
  EXPECT_EQ(machine.log().offset_for_timestamp(Timestamp(50), limit).value()->offset, Offset(1));
  EXPECT_FALSE(machine.log().offset_for_timestamp(Timestamp(400), limit).value());
  auto greatest = machine.log().offset_of_max_timestamp(limit).value();
  EXPECT_EQ(greatest->offset, Offset(2));
  EXPECT_EQ(greatest->timestamp, Timestamp(300));
  EXPECT_EQ(greatest->leader_epoch, LeaderEpoch(2));
}

TEST(LogTimestamps, finds_nothing_in_an_empty_log) {
  Machine machine;
  machine.create();
  EXPECT_EQ(found_at(machine, 0), -1);
  EXPECT_FALSE(machine.log().offset_of_max_timestamp(Offset(0)).value());
}

}  // namespace
}  // namespace millrace::storage
