#include "storage/producer_state.h"

#include <gtest/gtest.h>

#include <limits>

namespace millrace::storage {
namespace {

using record::Sequence;

constexpr Timestamp now{1000};

record::BatchHeader batch(int64_t producer, int16_t epoch, int32_t sequence, int32_t records = 1) {
  record::BatchHeader header;
  header.producer_id = ProducerId(producer);
  header.producer_epoch = ProducerEpoch(epoch);
  header.base_sequence = Sequence(sequence);
  header.last_offset_delta = records - 1;
  header.record_count = records;
  return header;
}

/// Applies `header` at `offset` if it may be appended; what the check said otherwise.
Errc offer(ProducerStates& states, record::BatchHeader header, int64_t offset) {
  auto checked = states.check(header);
  if (!checked) return checked.error().code;
  if (*checked) return Errc::duplicate;
  header.base_offset = Offset(offset);
  states.apply(header, now);
  return Errc::failed;  // appended
}
constexpr Errc appended = Errc::failed;

TEST(ProducerStates, takes_batches_in_sequence_only) {
  ProducerStates states(10);
  EXPECT_EQ(offer(states, batch(1, 0, 0, 3), 0), appended);
  EXPECT_EQ(offer(states, batch(1, 0, 4), 3), Errc::out_of_order);
  EXPECT_EQ(offer(states, batch(1, 0, 2), 3), Errc::out_of_order);
  EXPECT_EQ(offer(states, batch(1, 0, 3), 3), appended);
}

TEST(ProducerStates, recognises_the_last_five_batches) {
  ProducerStates states(10);
  for (int i = 0; i < 6; ++i)
    ASSERT_EQ(offer(states, batch(1, 0, 2 * i, 2), 100 + 2 * i), appended);

  EXPECT_EQ(offer(states, batch(1, 0, 0, 2), 200), Errc::out_of_order);
  for (int i = 1; i < 6; ++i) {
    auto earlier = states.check(batch(1, 0, 2 * i, 2));
    ASSERT_TRUE(earlier && *earlier);
    EXPECT_EQ((*earlier)->first_offset(), Offset(100 + 2 * i));
  }
  EXPECT_EQ(offer(states, batch(1, 0, 10, 1), 200), Errc::out_of_order);  // other end
}

TEST(ProducerStates, wraps_sequences_after_the_greatest_int32) {
  constexpr auto last = std::numeric_limits<int32_t>::max();
  ProducerStates states(10);
  EXPECT_EQ(offer(states, batch(1, 0, last - 1, 3), 0), appended);  // last−1, last, 0
  EXPECT_EQ(offer(states, batch(1, 0, last - 1, 3), 3), Errc::duplicate);
  EXPECT_EQ(offer(states, batch(1, 0, 1), 3), appended);
}

TEST(ProducerStates, lets_a_new_epoch_begin_at_zero_and_fences_the_old_one) {
  ProducerStates states(10);
  EXPECT_EQ(offer(states, batch(1, 2, 0), 0), appended);
  EXPECT_EQ(offer(states, batch(1, 3, 1), 1), Errc::out_of_order);
  EXPECT_EQ(offer(states, batch(1, 3, 0), 1), appended);
  EXPECT_EQ(offer(states, batch(1, 2, 1), 2), Errc::fenced);
}

TEST(ProducerStates, takes_any_sequence_of_a_producer_it_does_not_know) {
  ProducerStates states(10);
  EXPECT_EQ(offer(states, batch(1, 5, 77), 0), appended);
  EXPECT_EQ(offer(states, batch(1, 5, 79), 1), Errc::out_of_order);
}

TEST(ProducerStates, forgets_producers_that_were_silent_not_those_with_old_records) {
  ProducerStates states(10);
  auto old_record = batch(1, 0, 0);
  old_record.max_timestamp = Timestamp(-1);
  ASSERT_EQ(offer(states, old_record, 0), appended);

  states.expire(now + 99, Milliseconds(100));
  EXPECT_EQ(states.count(), 1u);
  states.expire(now + 100, Milliseconds(100));
  EXPECT_EQ(states.count(), 0u);
}

TEST(ProducerStates, keeps_at_most_as_many_as_it_may) {
  ProducerStates states(32);
  for (int i = 0; i < 32; ++i) ASSERT_EQ(offer(states, batch(i, 0, 0), i), appended);
  EXPECT_EQ(states.count(), 32u);
  ASSERT_EQ(offer(states, batch(99, 0, 0), 99), appended);
  EXPECT_LE(states.count(), 32u);
  EXPECT_EQ(offer(states, batch(99, 0, 0), 100), Errc::duplicate);
}

TEST(ProducerStates, come_back_from_a_snapshot_with_the_last_batch_of_each) {
  ProducerStates states(10);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(offer(states, batch(1, 0, i), i), appended);
  ASSERT_EQ(offer(states, batch(2, 7, 0, 4), 3), appended);

  ProducerStates restored(10);
  ASSERT_TRUE(restored.restore(states.snapshot(), now));

  EXPECT_EQ(offer(restored, batch(1, 0, 2), 9), Errc::duplicate);
  EXPECT_EQ(offer(restored, batch(2, 7, 0, 4), 9), Errc::duplicate);
  EXPECT_EQ(offer(restored, batch(2, 6, 0), 9), Errc::fenced);
  EXPECT_EQ(offer(restored, batch(1, 0, 3), 9), appended);
}

TEST(ProducerStates, write_kafkas_snapshot_layout) {
  ProducerStates states(10);
  auto header = batch(258, 3, 5, 2);
  header.max_timestamp = Timestamp(77);
  ASSERT_EQ(offer(states, header, 1000), appended);

  auto snapshot = states.snapshot();

  ASSERT_EQ(snapshot.size(), 56u);
  EXPECT_EQ(load_be<int16_t>(snapshot.data()), 1);
  EXPECT_EQ(load_be<int32_t>(snapshot.data() + 6), 1);
  EXPECT_EQ(load_be<int64_t>(snapshot.data() + 10), 258);
  EXPECT_EQ(load_be<int16_t>(snapshot.data() + 18), 3);
  EXPECT_EQ(load_be<int32_t>(snapshot.data() + 20), 6);
  EXPECT_EQ(load_be<int64_t>(snapshot.data() + 24), 1001);
  EXPECT_EQ(load_be<int32_t>(snapshot.data() + 32), 1);
  EXPECT_EQ(load_be<int64_t>(snapshot.data() + 36), 77);
  EXPECT_EQ(load_be<int32_t>(snapshot.data() + 44), -1);
  EXPECT_EQ(load_be<int64_t>(snapshot.data() + 48), -1);
}

TEST(ProducerStates, refuse_a_snapshot_with_any_flipped_bit_or_missing_byte) {
  ProducerStates states(10);
  ASSERT_EQ(offer(states, batch(1, 0, 0), 0), appended);
  auto snapshot = states.snapshot();
  for (std::size_t bit = 0; bit < snapshot.size() * 8; ++bit) {
    auto damaged = snapshot;
    damaged[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
    EXPECT_FALSE(ProducerStates(10).restore(damaged, now));
  }
  for (std::size_t length = 0; length < snapshot.size(); ++length) {
    EXPECT_FALSE(ProducerStates(10).restore(Bytes(snapshot).first(length), now));
  }
}

}  // namespace
}  // namespace millrace::storage
