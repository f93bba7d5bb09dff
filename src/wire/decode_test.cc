#include "wire/decode.h"

#include <gmock/gmock.h>

namespace millrace::wire {
namespace {

using testing::HasSubstr;

struct Item {
  std::string name;
  PartitionId partition;
  static void walk(auto& io, auto& m) {
    io.field("name", m.name);
    io.field("partition", m.partition);
  }
  bool operator==(const Item&) const = default;
};

/// v0 and v1 classic, v2 on flexible.
struct Sample {
  static constexpr Message message{
      .name = "Sample", .key = 99, .versions = {0, 3}, .flexible_from = 2};
  std::optional<std::string> title = "";
  std::vector<Item> items;
  std::optional<Records> records;
  int32_t answer = 42;
  int64_t mark = -1;
  std::optional<Item> extra;
  static void walk(auto& io, auto& m) {
    io.field("title", m.title, {.nullable_since = 1});
    io.field("items", m.items);
    io.field("records", m.records);
    io.field("answer", m.answer, {.since = 1, .until = 2});
    io.tagged(0, "mark", m.mark, {.since = 2, .absent = -1});
    io.tagged(5, "extra", m.extra, {.since = 3});
  }
};

Buffer bytes_of(std::initializer_list<int> values) {
  Buffer bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

std::string error_of(Bytes bytes, Version version, DecodeOptions limits = {}) {
  const auto got = decode<Sample>(bytes, version, limits);
  return got ? "no error" : got.error().message();
}

TEST(Decode, reads_classic_lengths_before_the_flexible_version) {
  const auto bytes = bytes_of({0, 1, 'a', 0, 0, 0, 1, 0, 2, 'x', 'y', 0, 0, 0, 7,  //
                               0xff, 0xff, 0xff, 0xff});

  const auto got = decode<Sample>(bytes, 0);

  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->title, "a");
  ASSERT_EQ(got->items.size(), 1u);
  EXPECT_EQ(got->items[0], (Item{.name = "xy", .partition = PartitionId(7)}));
  EXPECT_FALSE(got->records);
  EXPECT_EQ(got->answer, 42) << "v0 lacks it: the default stays";
}

TEST(Decode, reads_compact_lengths_and_tagged_fields_from_then_on) {
  const auto bytes = bytes_of({2,
                               'a',
                               1,
                               0,
                               2,
                               /* mark */ 0,
                               8,
                               0,
                               0,
                               0,
                               0,
                               0,
                               0,
                               0,
                               9,
                               /* extra */ 5,
                               8,
                               1,
                               2,
                               'z',
                               0,
                               0,
                               0,
                               1,
                               0});

  const auto got = decode<Sample>(bytes, 3);

  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->mark, 9);
  EXPECT_EQ(got->extra, (Item{.name = "z", .partition = PartitionId(1)}));
}

TEST(Decode, skips_tagged_fields_it_does_not_know) {
  const auto bytes = bytes_of({1, 1, 0, /* three */ 3, /* unknown */ 3, 2, 'h', 'i',
                               /* unknown */ 4, 0, /* extra, null */ 5, 1, 0xff});

  const auto got = decode<Sample>(bytes, 3);

  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->mark, -1);
  EXPECT_FALSE(got->extra);
}

TEST(Decode, leaves_records_in_the_frame_where_their_owner_may_change_them) {
  Buffer frame = bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 'a', 'b', 'c'});

  const auto got = decode<Sample>(frame, 0);

  ASSERT_TRUE(got.has_value()) << got.error().message();
  ASSERT_TRUE(got->records);
  EXPECT_EQ(got->records->bytes.data(), frame.data() + 10);
  got->records->writable(frame)[0] = std::byte{'A'};
  EXPECT_EQ(as_text(got->records->bytes), "Abc");
}

TEST(Decode, names_the_field_and_the_place_where_the_bytes_end) {
  EXPECT_THAT(error_of(bytes_of({0, 1, 'a', 0, 0, 0, 1, 0, 9, 'x', 0, 0, 0, 0}), 0),
              HasSubstr("Sample v0, field 'name' at byte 9: ends early"));
}

TEST(Decode, refuses_versions_that_the_message_does_not_have) {
  const auto got = decode<Sample>({}, 4);

  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, Errc::unsupported);
}

TEST(Decode, refuses_bytes_left_over) {
  EXPECT_THAT(error_of(bytes_of({1, 1, 0, 0, 0, 0, 7, 0, 0}), 2), HasSubstr("left over"));
  EXPECT_THAT(error_of(bytes_of({1, 1, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0}), 3),
              HasSubstr("'mark' at byte 14: bytes left over"))
      << "a tagged field ends where it says";
}

TEST(Decode, passes_over_bytes_behind_the_message_where_it_is_told_to) {
  const auto bytes = bytes_of({1, 1, 0, 0, 0, 0, 7, 0, 0});

  EXPECT_FALSE(decode<Sample>(bytes, 2).has_value());
  EXPECT_TRUE(decode<Sample>(bytes, 2, {.ignore_trailing = true}).has_value());
}

TEST(Decode, refuses_null_in_versions_that_cannot_say_it) {
  const auto null_title = bytes_of({0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff});

  EXPECT_THAT(error_of(null_title, 0), HasSubstr("'title'"));
  EXPECT_THAT(error_of(bytes_of({0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}), 0),
              HasSubstr("'items' at byte 6: null"));
}

TEST(Decode, refuses_negative_lengths) {
  EXPECT_THAT(error_of(bytes_of({0xff, 0xfe, 0, 0}), 1), HasSubstr("'title'"));
  EXPECT_THAT(error_of(bytes_of({0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0}), 1), HasSubstr("'items'"));
}

TEST(Decode, refuses_varints_of_more_than_32_bits) {
  EXPECT_THAT(error_of(bytes_of({0xff, 0xff, 0xff, 0xff, 0x1f, 0, 0}), 2),
              HasSubstr("more than 32 bits"));
  EXPECT_THAT(error_of(bytes_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1}), 2),
              HasSubstr("more than 32 bits"));
}

TEST(Decode, refuses_a_section_of_tagged_fields_that_is_cut) {
  EXPECT_THAT(error_of(bytes_of({1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 9, 0}), 3),
              HasSubstr("'tagged fields'"));
  EXPECT_THAT(error_of(bytes_of({1, 1, 0, 1, 9, 0xff, 0xff, 0x7f, 1}), 3), HasSubstr("ends early"));
}

TEST(Decode, refuses_strings_longer_than_the_protocol_allows) {
  Buffer bytes = bytes_of({0x81, 0x80, 0x02});  // 32768 + 1
  bytes.resize(bytes.size() + 40'000);

  EXPECT_THAT(error_of(bytes, 2), HasSubstr("longer than 32767"));
}

// Room for 2 Gi items is 80 GiB: asking for it would end the test program.
TEST(Decode, refuses_giant_counts_before_it_allocates) {
  const auto classic = bytes_of({0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0});
  const auto compact = bytes_of({1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0, 0, 0});
  const auto records = bytes_of({0, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 1});
  const auto first = decode<Sample>(classic, 1);
  const auto second = decode<Sample>(compact, 2);
  const auto third = decode<Sample>(records, 1);

  EXPECT_THAT(first.error().message(), HasSubstr("count larger than the bytes left"));
  EXPECT_THAT(second.error().message(), HasSubstr("count larger than the bytes left"));
  EXPECT_THAT(third.error().message(), HasSubstr("'records' at byte 10: ends early"));
}

TEST(Decode, takes_as_many_elements_as_its_limit_and_not_one_more) {
  Buffer bytes = bytes_of({1, 4});
  for (int i = 0; i < 3; ++i) bytes.insert(bytes.end(), {std::byte{1}, {}, {}, {}, {}, {}});
  bytes.insert(bytes.end(), {{}, {}});

  EXPECT_EQ(error_of(bytes, 3, {.elements_max = 3}), "no error");
  EXPECT_THAT(error_of(bytes, 3, {.elements_max = 2}),
              HasSubstr("'items' at byte 2: too many elements"));
}

TEST(Decoder, yields_zeros_after_the_first_failure_and_keeps_its_reason) {
  const auto bytes = bytes_of({0, 7});
  Decoder in(bytes, 0, false);

  EXPECT_EQ(in.integer<int32_t>(), 0);
  const std::string first = in.error();

  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.integer<int8_t>(), 0);
  EXPECT_EQ(in.uvarint(), 0u);
  EXPECT_EQ(in.classic_string(), "");
  EXPECT_EQ(in.error(), first);
}

}  // namespace
}  // namespace millrace::wire
