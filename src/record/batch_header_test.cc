#include "record/batch_header.h"

#include <gtest/gtest.h>

#include "record/batch_edit.h"
#include "record/batch_view.h"

namespace millrace::record {
namespace {

BatchHeader header_with_every_field_set() {
  return {
      .base_offset = Offset(0x0102030405060708),
      .batch_length = 49 + 5,
      .partition_leader_epoch = LeaderEpoch(7),
      .crc = 0xdeadbeef,
      .attributes = BatchAttributes().with_codec(Codec::lz4).with_transactional(true),
      .last_offset_delta = 9,
      .base_timestamp = Timestamp(1'700'000'000'000),
      .max_timestamp = Timestamp(1'700'000'000'042),
      .producer_id = ProducerId(4000),
      .producer_epoch = ProducerEpoch(3),
      .base_sequence = Sequence(77),
      .record_count = 10,
  };
}

Buffer five_bytes_of_records_after(const BatchHeader& header) {
  Buffer batch(batch_header_size + 5, std::byte{0x5a});
  encode_header(header, batch);
  seal_crc(batch);
  return batch;
}

TEST(BatchHeader, comes_back_as_it_was_written) {
  Buffer bytes(batch_header_size);
  encode_header(header_with_every_field_set(), bytes);
  EXPECT_EQ(*decode_header(bytes), header_with_every_field_set());
}

TEST(BatchHeader, knows_its_size_and_last_offset_and_sequence) {
  auto header = header_with_every_field_set();
  EXPECT_EQ(header.size_in_bytes(), batch_header_size + 5);
  EXPECT_EQ(header.last_offset() - header.base_offset, 9);
  EXPECT_EQ(header.next_offset() - header.base_offset, 10);
  EXPECT_EQ(header.last_sequence(), Sequence(86));
  EXPECT_EQ(BatchHeader().last_sequence(), no_sequence);
}

TEST(BatchHeader, wraps_sequences_from_the_largest_to_zero) {
  EXPECT_EQ(sequence_after(Sequence(0x7fffffff), 1), Sequence(0));
  EXPECT_EQ(sequence_after(Sequence(0x7ffffffe), 3), Sequence(1));
  EXPECT_EQ(sequence_after(Sequence(5), 0), Sequence(5));
}

TEST(BatchHeader, refuses_the_zero_tail_of_a_log) {
  Buffer zeros(4096);
  EXPECT_EQ(decode_header(zeros).error().code, Errc::corrupt);
}

TEST(BatchHeader, refuses_other_magics_and_names_the_old_ones) {
  Buffer bytes(batch_header_size);
  encode_header(header_with_every_field_set(), bytes);
  bytes[16] = std::byte{1};
  EXPECT_EQ(decode_header(bytes).error().code, Errc::unsupported);
  bytes[16] = std::byte{3};
  EXPECT_EQ(decode_header(bytes).error().code, Errc::corrupt);
}

TEST(BatchHeader, refuses_offsets_that_do_not_exist) {
  auto header = header_with_every_field_set();
  Buffer bytes(batch_header_size);
  for (int64_t base : {int64_t{-1}, INT64_MAX, INT64_MAX - 9}) {
    header.base_offset = Offset(base);
    encode_header(header, bytes);
    EXPECT_EQ(decode_header(bytes).error().code, Errc::corrupt) << base;
  }
  header.base_offset = Offset(INT64_MAX - 10);
  encode_header(header, bytes);
  EXPECT_EQ(decode_header(bytes)->next_offset(), Offset(INT64_MAX));
}

TEST(BatchView, refuses_every_truncation) {
  Buffer batch = five_bytes_of_records_after(header_with_every_field_set());
  for (std::size_t size = 0; size < batch.size(); ++size) {
    auto parsed = BatchView::parse(Bytes(batch).first(size));
    ASSERT_FALSE(parsed) << size;
    EXPECT_EQ(parsed.error().code, Errc::corrupt);
  }
  EXPECT_TRUE(BatchView::parse(batch)->crc_matches());
}

TEST(BatchView, notices_each_flipped_bit_under_the_crc) {
  Buffer batch = five_bytes_of_records_after(header_with_every_field_set());
  for (std::size_t bit = 8 * 17; bit < 8 * batch.size(); ++bit) {
    auto mask = static_cast<std::byte>(1 << (bit % 8));
    batch[bit / 8] ^= mask;
    auto parsed = BatchView::parse(batch);
    EXPECT_TRUE(!parsed || !parsed->crc_matches()) << "bit " << bit;
    batch[bit / 8] ^= mask;
  }
}

TEST(BatchEdit, assigns_offset_and_epoch_outside_the_crc) {
  Buffer batch = five_bytes_of_records_after(header_with_every_field_set());
  auto crc_before = BatchView::parse(batch)->header().crc;

  set_base_offset(batch, Offset(123'456));
  set_partition_leader_epoch(batch, LeaderEpoch(8));

  auto view = *BatchView::parse(batch);
  EXPECT_EQ(view.header().base_offset, Offset(123'456));
  EXPECT_EQ(view.header().partition_leader_epoch, LeaderEpoch(8));
  EXPECT_EQ(view.header().crc, crc_before);
  EXPECT_TRUE(view.crc_matches());
}

TEST(BatchEdit, stamps_the_time_of_the_append_and_keeps_the_other_attributes) {
  Buffer batch = five_bytes_of_records_after(header_with_every_field_set());

  set_log_append_time(batch, Timestamp(99));

  auto view = *BatchView::parse(batch);
  EXPECT_EQ(view.header().attributes.timestamp_type(), TimestampType::log_append_time);
  EXPECT_EQ(view.header().attributes.codec(), Codec::lz4);
  EXPECT_TRUE(view.header().attributes.transactional());
  EXPECT_EQ(view.header().max_timestamp, Timestamp(99));
  EXPECT_TRUE(view.crc_matches());
}

TEST(BatchCursor, walks_batches_back_to_back_and_stops_before_a_torn_one) {
  auto header = header_with_every_field_set();
  Buffer batches = five_bytes_of_records_after(header);
  header.base_offset = header.next_offset();
  Buffer second = five_bytes_of_records_after(header);
  batches.insert(batches.end(), second.begin(), second.end() - 1);

  BatchCursor cursor(batches);

  EXPECT_EQ((*cursor.next())->header().base_offset, Offset(0x0102030405060708));
  EXPECT_EQ(cursor.next().error().code, Errc::corrupt);
  EXPECT_EQ(cursor.rest().size(), second.size() - 1);
  EXPECT_FALSE(*BatchCursor({}).next());
}

TEST(Codec, has_kafkas_names) {
  for (auto codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    EXPECT_EQ(codec_named(name_of(codec)), codec);
  }
  EXPECT_EQ(codec_named("uncompressed"), Codec::none);
  EXPECT_EQ(codec_named("brotli"), std::nullopt);
  EXPECT_EQ(name_of(static_cast<Codec>(7)), "unknown");
}

}  // namespace
}  // namespace millrace::record
