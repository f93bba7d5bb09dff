#include "record/check_batch.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <string>

#include "record/batch_builder.h"
#include "record/batch_edit.h"
#include "record/compression.h"
#include "record/fixtures/fixtures.h"
#include "record/varint.h"

namespace millrace::record {
namespace {

using testing::HasSubstr;

Result<RecordTimes> checked(Bytes bytes, const CheckOptions& options = {}) {
  Decompressor decompressor;
  MR_TRY(auto batch, BatchView::parse(bytes));
  return check_batch(batch, options, decompressor);
}

Buffer three_records(const BatchOptions& options = {}) {
  BatchBuilder builder(options);
  for (int i = 0; i < 3; ++i) {
    auto value = fmt::format("value {} {}", i, std::string(40, '.'));
    EXPECT_TRUE(builder.add(
        {.timestamp = Timestamp(1000 - i), .key = as_bytes("key"), .value = as_bytes(value)}));
  }
  return *builder.finish();
}

/// A sealed batch whose header says what `change` makes of it and whose records are `records`.
Buffer sealed(BatchHeader header, Bytes records) {
  header.batch_length =
      static_cast<int32_t>(batch_header_size - batch_prefix_size + records.size());
  Buffer bytes(batch_header_size);
  encode_header(header, bytes);
  bytes.insert(bytes.end(), records.begin(), records.end());
  seal_crc(bytes);
  return bytes;
}

Buffer three_records_but(const std::function<void(BatchHeader&)>& change,
                         const BatchOptions& options = {}) {
  Buffer bytes = three_records(options);
  auto batch = *BatchView::parse(bytes);
  auto header = batch.header();
  change(header);
  return sealed(header, batch.records_section());
}

/// A batch of one record whose body (what follows its length) is `body`.
Buffer one_record(const Buffer& body, int64_t length) {
  Buffer records;
  append_varint(records, length);
  records.insert(records.end(), body.begin(), body.end());
  return sealed({.base_timestamp = Timestamp(5), .record_count = 1}, records);
}
Buffer one_record(const Buffer& body) {
  return one_record(body, static_cast<int64_t>(body.size()));
}
Buffer bytes_of(std::initializer_list<int> values) {
  Buffer bytes;
  for (int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

void expect_refused(Bytes bytes, Errc code, const std::string& why) {
  auto outcome = checked(bytes);
  ASSERT_FALSE(outcome) << why;
  EXPECT_EQ(outcome.error().code, code) << outcome.error().message();
  EXPECT_THAT(outcome.error().context, HasSubstr(why));
}

TEST(CheckBatch, accepts_what_every_codec_of_kafka_python_makes) {
  for (const auto& [name, bytes] : read_fixtures("batches.hex")) {
    EXPECT_TRUE(checked(bytes)) << name;
  }
}

TEST(CheckBatch, tells_the_range_of_the_timestamps_whatever_the_header_says) {
  for (auto codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    auto bytes = three_records_but([](auto& header) { header.max_timestamp = Timestamp(7); },
                                   {.codec = codec});
    auto times = checked(bytes);
    ASSERT_TRUE(times) << times.error().message();
    EXPECT_EQ(times->min_timestamp, Timestamp(998));
    EXPECT_EQ(times->max_timestamp, Timestamp(1000));
  }
}

TEST(CheckBatch, refuses_what_only_a_broker_may_set) {
  expect_refused(three_records({.control = true}), Errc::invalid_argument, "control");
  Buffer stamped = three_records();
  set_log_append_time(stamped, Timestamp(5));
  expect_refused(stamped, Errc::invalid_argument, "LogAppendTime");
  expect_refused(three_records_but([](auto& h) { h.attributes = BatchAttributes(0x40); }),
                 Errc::invalid_argument, "delete horizon");
}

TEST(CheckBatch, refuses_a_producer_without_its_sequence_or_its_id) {
  expect_refused(three_records({.producer_id = ProducerId(1)}), Errc::invalid_argument,
                 "base sequence -1");
  expect_refused(three_records({.transactional = true}), Errc::invalid_argument, "producer id");
}

TEST(CheckBatch, refuses_an_unknown_codec) {
  expect_refused(three_records_but([](auto& h) { h.attributes = BatchAttributes(5); }),
                 Errc::unsupported, "codec 5");
}

TEST(CheckBatch, refuses_counts_that_do_not_match) {
  for (auto codec : {Codec::none, Codec::zstd}) {
    BatchOptions options{.codec = codec};
    expect_refused(three_records_but([](auto& h) { h.record_count = 2; }, options),
                   Errc::invalid_argument, "2 records do not fill the offsets 0 to 2");
    expect_refused(three_records_but([](auto& h) { h.record_count = 0; }, options),
                   Errc::invalid_argument, "0 records");
    expect_refused(three_records_but([](auto& h) { h.record_count = INT32_MIN; }, options),
                   Errc::invalid_argument, "records do not fill");
    auto fewer = [](auto& h) { h.record_count = 2, h.last_offset_delta = 1; };
    expect_refused(three_records_but(fewer, options), Errc::invalid_argument,
                   "bytes follow the last record");
    auto more = [](auto& h) { h.record_count = 4, h.last_offset_delta = 3; };
    expect_refused(three_records_but(more, options), Errc::invalid_argument, "record 3");
  }
}

TEST(CheckBatch, refuses_a_record_without_key_only_where_the_topic_is_compacted) {
  BatchBuilder builder;
  ASSERT_TRUE(builder.add({.key = as_bytes("k")}));
  ASSERT_TRUE(builder.add({.value = as_bytes("v")}));
  Buffer bytes = *builder.finish();
  EXPECT_TRUE(checked(bytes));
  auto outcome = checked(bytes, {.require_keys = true});
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().context, HasSubstr("record 1"));
}

TEST(CheckBatch, names_what_is_wrong_inside_a_record) {
  // attributes, timestamp delta, offset delta, key, value, headers
  EXPECT_TRUE(checked(one_record(bytes_of({0, 0, 0, 1, 1, 0}))));
  auto refused = [](const Buffer& bytes, const std::string& why) {
    expect_refused(bytes, Errc::invalid_argument, why);
  };
  refused(one_record(bytes_of({0, 0, 2, 1, 1, 0})), "offset delta is out of turn");
  refused(one_record(bytes_of({0, 13, 0, 1, 1, 0})), "timestamp is negative");
  refused(one_record(bytes_of({0, 0, 0, 3, 1, 0})), "key is broken");
  refused(one_record(bytes_of({0, 0, 0, 8, 1, 0})), "key is broken");
  refused(one_record(bytes_of({0, 0, 0, 1, 3, 0})), "value is broken");
  refused(one_record(bytes_of({0, 0, 0, 1, 1, 1})), "header count");
  refused(one_record(bytes_of({0, 0, 0, 1, 1, 4})), "header count");
  refused(one_record(bytes_of({0, 0, 0, 1, 1, 2, 1, 1})), "header's key");
  refused(one_record(bytes_of({0, 0, 0, 1, 1, 2, 0, 3})), "header's value");
  refused(one_record(bytes_of({0, 0, 0, 1, 1, 0, 0})), "do not add up");
  refused(one_record(bytes_of({0, 0, 0, 1, 1, 0}), 7), "length runs past");
  refused(one_record(bytes_of({0, 0, 0, 1, 1, 0}), -1), "length runs past");
  refused(one_record(bytes_of({0, 0, 0, 1, 1, 0}), int64_t{1} << 32), "length is broken");
  refused(one_record({}), "cut off");
  refused(one_record(bytes_of({0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2})),
          "timestamp delta is broken");
  refused(one_record(
              bytes_of({0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 1, 1, 0})),
          "timestamp delta overflows");
}

TEST(CheckBatch, refuses_lz4_frames_that_kafkas_clients_could_not_read_back) {
  auto fixtures = read_fixtures("codecs.hex");
  BatchHeader header{.attributes = BatchAttributes().with_codec(Codec::lz4), .record_count = 1};
  expect_refused(sealed(header, fixtures["lz4 linked blocks"]), Errc::unsupported, "linked blocks");
  expect_refused(sealed(header, bytes_of({0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4})),
                 Errc::unsupported, "skippable");
  expect_refused(sealed(header, as_bytes("no lz4 at all")), Errc::invalid_argument, "no lz4");
}

TEST(CheckBatch, blames_the_client_for_data_that_its_codec_cannot_open) {
  for (auto codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    BatchHeader header{.attributes = BatchAttributes().with_codec(codec), .record_count = 1};
    for (Bytes junk : {as_bytes("this was never compressed"), Bytes()}) {
      auto outcome = checked(sealed(header, junk));
      ASSERT_FALSE(outcome);
      EXPECT_EQ(outcome.error().code, Errc::invalid_argument) << name_of(codec);
    }
  }
}

TEST(CheckBatch, notices_every_flipped_bit_that_the_crc_covers) {
  for (auto codec : {Codec::none, Codec::lz4}) {
    Buffer bytes = three_records({.codec = codec});
    for (std::size_t bit = crc_coverage_start * 8; bit < bytes.size() * 8; ++bit) {
      auto mask = static_cast<std::byte>(1 << (bit % 8));
      bytes[bit / 8] ^= mask;
      EXPECT_EQ(checked(bytes).error().code, Errc::corrupt) << "bit " << bit;
      bytes[bit / 8] ^= mask;
    }
  }
}

TEST(CheckBatch, notices_records_cut_at_each_byte_under_a_sound_crc) {
  for (auto codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    Buffer bytes = three_records({.codec = codec});
    auto batch = *BatchView::parse(bytes);
    ASSERT_EQ(batch.header().attributes.codec(), codec);
    for (std::size_t size = 0; size < batch.records_section().size(); ++size) {
      auto outcome = checked(sealed(batch.header(), batch.records_section().first(size)));
      ASSERT_FALSE(outcome) << name_of(codec) << " cut at " << size;
      EXPECT_EQ(outcome.error().code, Errc::invalid_argument);
    }
  }
}

RC_GTEST_PROP(CheckBatch, survives_any_bytes_under_a_sound_crc, (std::vector<uint8_t> junk)) {
  auto codec = static_cast<Codec>(*rc::gen::inRange(0, 5));
  Buffer section;
  for (auto byte : junk) section.push_back(static_cast<std::byte>(byte));
  // Half of the time the junk is what a sound codec opens to.
  if (*rc::gen::arbitrary<bool>()) section = *compress(codec, section);
  int32_t count = *rc::gen::inRange(1, 4);
  auto outcome = checked(sealed({.attributes = BatchAttributes().with_codec(codec),
                                 .last_offset_delta = count - 1,
                                 .record_count = count},
                                section));
  RC_ASSERT(outcome.has_value() || outcome.error().code != Errc::corrupt);
}

RC_GTEST_PROP(CheckBatch, survives_any_change_of_a_compressed_section, ()) {
  auto codec = static_cast<Codec>(*rc::gen::inRange(1, 5));
  Buffer bytes = three_records({.codec = codec});
  auto batch = *BatchView::parse(bytes);
  Buffer section = to_buffer(batch.records_section());
  for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
    section[*rc::gen::inRange<std::size_t>(0, section.size())] =
        static_cast<std::byte>(*rc::gen::arbitrary<uint8_t>());
  }
  auto outcome = checked(sealed(batch.header(), section));
  RC_ASSERT(outcome.has_value() || outcome.error().code != Errc::corrupt);
}

}  // namespace
}  // namespace millrace::record
