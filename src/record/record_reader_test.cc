#include "record/record_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "record/batch_builder.h"
#include "record/batch_edit.h"
#include "record/varint.h"

namespace millrace::record {
namespace {

Buffer ten_records(Codec codec) {
  BatchBuilder builder({.codec = codec, .base_offset = Offset(50)});
  for (int i = 0; i < 10; ++i) {
    auto value = fmt::format("value {} {}", i, std::string(30, '.'));
    EXPECT_TRUE(builder.add({.timestamp = Timestamp(100 + 10 * (i ^ 1)),  // 110 100 130 120 …
                             .value = as_bytes(value)}));
  }
  return *builder.finish();
}

/// An uncompressed batch at offset 50 that keeps the records of these offset deltas, of `last`+1.
Buffer thinned_out(std::initializer_list<int> deltas, int32_t last) {
  Buffer bytes(batch_header_size);
  for (int delta : deltas) {
    append_varint(bytes, 6);
    for (int field : {0, 0, 2 * delta, 1, 1, 0}) bytes.push_back(static_cast<std::byte>(field));
  }
  encode_header({.base_offset = Offset(50),
                 .batch_length = static_cast<int32_t>(bytes.size() - batch_prefix_size),
                 .last_offset_delta = last,
                 .record_count = static_cast<int32_t>(deltas.size())},
                bytes);
  seal_crc(bytes);
  return bytes;
}

Result<std::vector<int64_t>> offsets_of(Bytes bytes) {
  MR_TRY(auto batch, BatchView::parse(bytes));
  Decompressor decompressor;
  RecordReader reader(decompressor);
  MR_TRY(reader.open(batch));
  std::vector<int64_t> offsets;
  for (;;) {
    MR_TRY(const auto* record, reader.next());
    if (record == nullptr) return offsets;
    offsets.push_back(record->offset.value());
  }
}

TEST(RecordReader, reads_the_gaps_that_compaction_leaves) {
  EXPECT_EQ(*offsets_of(thinned_out({1, 4}, 9)), (std::vector<int64_t>{51, 54}));
  EXPECT_EQ(*offsets_of(thinned_out({}, 9)), (std::vector<int64_t>{}));
}

TEST(RecordReader, refuses_offsets_that_do_not_rise_or_leave_the_batch) {
  EXPECT_EQ(offsets_of(thinned_out({4, 4}, 9)).error().code, Errc::corrupt);
  EXPECT_EQ(offsets_of(thinned_out({4, 1}, 9)).error().code, Errc::corrupt);
  EXPECT_EQ(offsets_of(thinned_out({10}, 9)).error().code, Errc::corrupt);
}

TEST(RecordReader, gives_every_record_the_time_of_the_append_where_the_topic_wants_that) {
  Buffer bytes = ten_records(Codec::none);
  set_log_append_time(bytes, Timestamp(777));
  Decompressor decompressor;
  RecordReader reader(decompressor);
  ASSERT_TRUE(reader.open(*BatchView::parse(bytes)));
  for (int i = 0; i < 10; ++i) EXPECT_EQ((*reader.next())->timestamp, Timestamp(777));
}

TEST(RecordReader, reports_a_broken_record_instead_of_reading_past_it) {
  Buffer bytes = ten_records(Codec::none);
  bytes[batch_header_size] = std::byte{0x7f};
  EXPECT_EQ(offsets_of(bytes).error().code, Errc::corrupt);
}

TEST(RecordReader, serves_one_batch_after_another_with_the_same_decompressor) {
  Decompressor decompressor;
  RecordReader reader(decompressor);
  for (auto codec :
       {Codec::gzip, Codec::zstd, Codec::none, Codec::lz4, Codec::snappy, Codec::gzip}) {
    Buffer bytes = ten_records(codec);
    ASSERT_TRUE(reader.open(*BatchView::parse(bytes)));
    for (int i = 0; i < 10; ++i) EXPECT_EQ((*reader.next())->offset, Offset(50 + i));
    EXPECT_EQ(*reader.next(), nullptr);
  }
}

TEST(FindByTimestamp, finds_the_first_record_that_is_late_enough) {
  Decompressor decompressor;
  for (auto codec : {Codec::none, Codec::zstd}) {
    Buffer bytes = ten_records(codec);
    auto batch = *BatchView::parse(bytes);
    auto find = [&](int64_t at_least, int64_t from) {
      return *find_by_timestamp(batch, Timestamp(at_least), Offset(from), decompressor);
    };
    EXPECT_EQ(find(0, 0), (TimestampedOffset{Offset(50), Timestamp(110)}));
    EXPECT_EQ(find(111, 0), (TimestampedOffset{Offset(52), Timestamp(130)}));
    EXPECT_EQ(find(111, 53), (TimestampedOffset{Offset(53), Timestamp(120)}));
    EXPECT_EQ(find(190, 0), (TimestampedOffset{Offset(58), Timestamp(190)}));
    EXPECT_EQ(find(191, 0), std::nullopt);
    EXPECT_EQ(find(0, 60), std::nullopt);
  }
}

}  // namespace
}  // namespace millrace::record
