#include "wire/encode.h"

#include <gmock/gmock.h>

#include "wire/decode.h"

namespace millrace::wire {
namespace {

struct Inner {
  std::string text;
  static void walk(auto& io, auto& m) { io.field("text", m.text); }
  bool operator==(const Inner&) const = default;
};

/// v0 and v1 classic, v2 flexible.
struct Sample {
  static constexpr Message message{
      .name = "Sample", .key = 99, .versions = {0, 2}, .flexible_from = 2};
  std::optional<std::string> title;
  std::vector<Records> records;
  bool late = false;
  Inner inner;
  std::optional<Inner> maybe;
  int16_t mark = -1;
  static void walk(auto& io, auto& m) {
    io.field("title", m.title, {.nullable_since = 1});
    io.field("records", m.records);
    io.field("late", m.late, {.since = 1});
    io.tagged(1, "inner", m.inner, {.since = 2});
    io.tagged(2, "maybe", m.maybe, {.since = 2});
    io.tagged(130, "mark", m.mark, {.since = 2, .absent = -1});
  }
};

Encoded encoded(const Sample& m, Version version) {
  Encoded out;
  EXPECT_TRUE(encode(m, version, out).has_value());
  return out;
}

std::vector<int> values(const Encoded& out) {
  std::vector<int> values;
  for (const std::byte b : out.bytes) values.push_back(static_cast<int>(b));
  return values;
}

using testing::ElementsAre;

TEST(Encode, writes_null_where_the_version_can_and_nothing_where_it_cannot) {
  EXPECT_THAT(values(encoded({}, 0)), ElementsAre(0, 0, 0, 0, 0, 0));
  EXPECT_THAT(values(encoded({}, 1)), ElementsAre(0xff, 0xff, 0, 0, 0, 0, 0));
  EXPECT_THAT(values(encoded({}, 2)), ElementsAre(0, 1, 0, 0));
}

TEST(Encode, skips_fields_that_the_version_lacks) {
  EXPECT_EQ(values(encoded({.late = true, .mark = 3}, 0)), values(encoded({}, 0)));
}

TEST(Encode, writes_only_the_tagged_fields_that_say_something) {
  EXPECT_THAT(values(encoded({.inner = {"a"}, .mark = 5}, 2)),
              ElementsAre(0, 1, 0, /* two */ 2, /* inner */ 1, 3, 2, 'a', 0,
                          /* mark */ 0x82, 0x01, 2, 0, 5));
}

TEST(Encode, writes_an_optional_struct_with_its_presence) {
  EXPECT_THAT(values(encoded({.maybe = Inner{"b"}}, 2)),
              ElementsAre(0, 1, 0, 1, 2, 4, 1, 2, 'b', 0));
}

TEST(Encode, makes_room_for_a_tagged_field_longer_than_127_bytes) {
  const Sample sent{.inner = {std::string(300, 'x')}, .maybe = Inner{std::string(200, 'y')}};

  const auto got = decode<Sample>(encoded(sent, 2).bytes, 2);

  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->inner, sent.inner);
  EXPECT_EQ(got->maybe, sent.maybe);
}

TEST(Encode, leaves_a_gap_for_records_that_somebody_else_sends) {
  const Buffer here = to_buffer(as_bytes("now"));
  const Sample sent{.title = "t",
                    .records = {{.elsewhere = 1000}, {.bytes = here}, {}, {.elsewhere = 5}}};

  const Encoded out = encoded(sent, 2);

  EXPECT_THAT(values(out), ElementsAre(2, 't', 5, /* 1001 */ 0xe9, 0x07, 4, 'n', 'o', 'w', 1, 6,
                                       /* late */ 0, /* tags */ 0));
  EXPECT_THAT(out.gaps,
              ElementsAre(Gap{.position = 5, .size = 1000}, Gap{.position = 11, .size = 5}));
  EXPECT_EQ(out.size(), 13u + 1005u);
}

TEST(Encode, reads_back_once_the_gaps_are_filled) {
  const std::string file = "recordsfromafile";
  const Encoded out = encoded({.records = {{.elsewhere = 7}, {.elsewhere = 9}}}, 1);
  std::string sent;
  size_t from = 0, taken = 0;
  for (const Gap& gap : out.gaps) {
    sent += as_text(Bytes(out.bytes).subspan(from, gap.position - from));
    sent += file.substr(taken, gap.size);
    from = gap.position;
    taken += gap.size;
  }
  sent += as_text(Bytes(out.bytes).subspan(from));

  const auto got = decode<Sample>(as_bytes(sent), 1);

  ASSERT_TRUE(got.has_value()) << got.error().message();
  ASSERT_EQ(got->records.size(), 2u);
  EXPECT_EQ(as_text(got->records[0].bytes), "records");
  EXPECT_EQ(as_text(got->records[1].bytes), "fromafile");
}

TEST(Encode, refuses_a_string_one_byte_longer_than_the_protocol_allows) {
  Encoded out;
  EXPECT_TRUE(encode(Sample{.title = std::string(32'767, 'x')}, 2, out).has_value());

  const auto result = encode(Sample{.title = std::string(32'768, 'x')}, 2, out);

  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message(), testing::HasSubstr("Sample: title is too long"));
}

}  // namespace
}  // namespace millrace::wire
