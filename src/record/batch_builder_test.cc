#include "record/batch_builder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "record/batch_view.h"
#include "record/compression.h"
#include "record/fixtures/fixtures.h"
#include "record/record_reader.h"
#include "record/varint.h"

namespace millrace::record {
namespace {

// kafka-python leaves 0 where Java leaves −1.
BatchOptions as_kafka_python(BatchOptions options = {}) {
  options.partition_leader_epoch = LeaderEpoch(0);
  return options;
}

Buffer built(const BatchOptions& options, const std::vector<NewRecord>& records) {
  BatchBuilder builder(options);
  for (const auto& record : records) EXPECT_TRUE(builder.add(record));
  return *builder.finish();
}

void add_payments(BatchBuilder& builder) {
  std::vector<HeaderView> headers = {
      {"trace", as_bytes("abc")}, {"empty", Bytes()}, {"none", std::nullopt}};
  for (int i = 0; i < 20; ++i) {
    auto key = fmt::format("user-{}", i % 3);
    auto value = fmt::format(R"({{"user_id":"user-{}","amount":{},"location":"Paris"}})", i % 3,
                             i * 37 % 1000);
    NewRecord record{.timestamp = Timestamp(1'700'000'000'000 + 250 * i),
                     .key = as_bytes(key),
                     .value = as_bytes(value)};
    if (i % 5 == 0) record.headers = headers;
    ASSERT_TRUE(builder.add(record));
  }
}

TEST(BatchBuilder, writes_the_bytes_that_kafka_python_writes) {
  auto theirs = read_fixtures("batches.hex");
  std::string long_value(300, 'x');
  std::string long_header(70, 'h');
  std::string long_header_value(70, 'y');
  std::vector<HeaderView> odd_headers = {{"h", std::nullopt}, {"", Bytes()}};
  std::vector<HeaderView> long_headers = {{long_header, as_bytes(long_header_value)}};
  auto text = [](std::string_view s) { return std::optional(as_bytes(s)); };
  BatchOptions idempotent{.producer_id = ProducerId(4711),
                          .producer_epoch = ProducerEpoch(3),
                          .base_sequence = Sequence(2147483646)};
  BatchOptions transactional = idempotent;
  transactional.base_sequence = Sequence(0);
  transactional.transactional = true;
  NewRecord k_v{.timestamp = Timestamp(7), .key = text("k"), .value = text("v")};

  EXPECT_EQ(built(as_kafka_python(), {{.timestamp = Timestamp(1'700'000'000'000),
                                       .key = text("key"),
                                       .value = text("value")}}),
            theirs["one-record"]);
  EXPECT_EQ(built(as_kafka_python(),
                  {{.timestamp = Timestamp(5)},
                   {.timestamp = Timestamp(5), .key = text(""), .value = text("")},
                   {.timestamp = Timestamp(5), .key = text("k"), .headers = odd_headers}}),
            theirs["nulls-and-empties"]);
  EXPECT_EQ(
      built(as_kafka_python(), {{.timestamp = Timestamp(1'000'000), .value = text("late")},
                                {.timestamp = Timestamp(10), .value = text("early")},
                                {.timestamp = Timestamp(1'000'001), .value = text("latest")}}),
      theirs["time-goes-back"]);
  EXPECT_EQ(built(as_kafka_python(idempotent), {k_v}), theirs["idempotent"]);
  EXPECT_EQ(built(as_kafka_python(transactional), {k_v}), theirs["transactional"]);
  EXPECT_EQ(
      built(as_kafka_python(), {{Timestamp(7), text("k"), as_bytes(long_value), long_headers}}),
      theirs["long-value"]);
}

TEST(BatchBuilder, writes_the_records_that_kafka_python_compresses) {
  auto theirs = read_fixtures("batches.hex");
  BatchBuilder plain(as_kafka_python());
  add_payments(plain);
  Buffer plain_batch = *plain.finish();
  EXPECT_EQ(plain_batch, theirs["payments-none"]);
  auto plain_records = to_buffer(BatchView::parse(plain_batch)->records_section());

  for (auto codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    auto their_batch = *BatchView::parse(theirs[fmt::format("payments-{}", name_of(codec))]);
    ASSERT_TRUE(their_batch.crc_matches());
    ASSERT_EQ(their_batch.header().attributes.codec(), codec);
    EXPECT_EQ(*decompress(codec, their_batch.records_section()), plain_records);

    BatchBuilder builder(as_kafka_python({.codec = codec}));
    add_payments(builder);
    Buffer our_bytes = *builder.finish();
    auto ours = *BatchView::parse(our_bytes);
    EXPECT_EQ(*decompress(codec, ours.records_section()), plain_records);
    auto header = ours.header();
    header.batch_length = their_batch.header().batch_length;
    header.crc = their_batch.header().crc;
    EXPECT_EQ(header, their_batch.header());
  }
}

TEST(BatchBuilder, leaves_records_uncompressed_where_nothing_is_gained) {
  BatchBuilder builder({.codec = Codec::gzip});
  ASSERT_TRUE(builder.add({.value = as_bytes("x")}));
  Buffer batch = *builder.finish();
  EXPECT_EQ(BatchView::parse(batch)->header().attributes.codec(), Codec::none);
}

TEST(BatchBuilder, takes_a_record_up_to_its_limit_and_none_beyond) {
  NewRecord record{.timestamp = Timestamp(1), .value = as_bytes("0123456789")};
  BatchBuilder unlimited;
  ASSERT_TRUE(unlimited.add(record));
  BatchBuilder exact({.max_bytes = unlimited.size_in_bytes()});
  EXPECT_TRUE(exact.add(record));
  EXPECT_EQ(exact.add(record).error().code, Errc::limit_exceeded);
  EXPECT_EQ(exact.record_count(), 1);
  EXPECT_TRUE(BatchView::parse(*exact.finish()));

  BatchBuilder tight({.max_bytes = unlimited.size_in_bytes() - 1});
  EXPECT_EQ(tight.add(record).error().code, Errc::limit_exceeded);
}

TEST(BatchBuilder, refuses_an_empty_batch_and_timestamps_too_far_apart) {
  BatchBuilder builder;
  EXPECT_EQ(builder.finish().error().code, Errc::invalid_argument);
  ASSERT_TRUE(builder.add({.timestamp = Timestamp(INT64_MAX)}));
  EXPECT_EQ(builder.add({.timestamp = Timestamp(-2)}).error().code, Errc::invalid_argument);
}

TEST(BatchBuilder, is_empty_again_after_finishing) {
  BatchBuilder builder;
  ASSERT_TRUE(builder.add({.timestamp = Timestamp(9), .value = as_bytes("a")}));
  Buffer first = *builder.finish();
  ASSERT_TRUE(builder.add({.timestamp = Timestamp(9), .value = as_bytes("a")}));
  EXPECT_EQ(*builder.finish(), first);
}

RC_GTEST_PROP(Varint, has_the_size_it_says_and_goes_there_and_back, (int64_t value)) {
  Buffer bytes;
  append_varint(bytes, value);
  RC_ASSERT(bytes.size() == varint_size(value));
  RC_ASSERT(unzigzag(zigzag(value)) == value);
}

struct OwnedRecord {
  Timestamp timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

std::optional<std::string> any_nullable_text() {
  if (*rc::gen::inRange(0, 4) == 0) return std::nullopt;
  return *rc::gen::arbitrary<std::string>();
}

OwnedRecord any_record() {
  OwnedRecord record{.timestamp = Timestamp(*rc::gen::inRange<int64_t>(-1, int64_t{1} << 60)),
                     .key = any_nullable_text(),
                     .value = any_nullable_text(),
                     .headers = {}};
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    record.headers.emplace_back(*rc::gen::arbitrary<std::string>(), any_nullable_text());
  }
  return record;
}

std::optional<Bytes> bytes_of(const std::optional<std::string>& text) {
  return text ? std::optional(as_bytes(*text)) : std::nullopt;
}
std::optional<std::string> text_of(const std::optional<Bytes>& bytes) {
  return bytes ? std::optional(std::string(as_text(*bytes))) : std::nullopt;
}

RC_GTEST_PROP(BatchBuilder, loses_nothing_with_any_records_and_any_codec, ()) {
  auto codec = static_cast<Codec>(*rc::gen::inRange(0, 5));
  std::vector<OwnedRecord> records;
  for (int i = *rc::gen::inRange(1, 30); i > 0; --i) records.push_back(any_record());

  BatchBuilder builder({.codec = codec, .base_offset = Offset(1000)});
  for (const auto& record : records) {
    std::vector<HeaderView> headers;
    for (const auto& [key, value] : record.headers) headers.push_back({key, bytes_of(value)});
    RC_ASSERT(builder.add({record.timestamp, bytes_of(record.key), bytes_of(record.value), headers})
                  .has_value());
  }
  Buffer bytes = *builder.finish();

  auto batch = *BatchView::parse(bytes);
  RC_ASSERT(batch.crc_matches());
  Decompressor decompressor;
  RecordReader reader(decompressor);
  RC_ASSERT(reader.open(batch).has_value());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto* read = *reader.next();
    RC_ASSERT(read != nullptr);
    RC_ASSERT(read->offset == Offset(1000) + static_cast<int64_t>(i));
    RC_ASSERT(read->timestamp == records[i].timestamp);
    RC_ASSERT(text_of(read->key) == records[i].key);
    RC_ASSERT(text_of(read->value) == records[i].value);
    decltype(OwnedRecord::headers) headers;
    for (const auto& [key, value] : read->headers) {
      headers.emplace_back(std::string(key), text_of(value));
    }
    RC_ASSERT(headers == records[i].headers);
  }
  RC_ASSERT(*reader.next() == nullptr);
}

}  // namespace
}  // namespace millrace::record
