#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "millrace/serde.h"

namespace shop {

struct Place {
  std::string city;
  std::optional<std::string> country{};
  bool operator==(const Place&) const = default;
};
MILLRACE_FIELDS(Place, city, country)

struct Order {
  std::string id{};
  double amount = 0;
  int32_t items = 0;
  bool paid = false;
  std::optional<Place> place{};
  std::vector<int64_t> codes{};
  std::vector<Place> stops{};
  bool operator==(const Order&) const = default;
};
MILLRACE_FIELDS(Order, id, amount, items, paid, place, codes, stops)

struct Nested {
  std::vector<Nested> inside;
};
MILLRACE_FIELDS(Nested, inside)

}  // namespace shop

namespace millrace {
namespace {

using testing::HasSubstr;

template <class T>
std::string text_of(const T& value) {
  Buffer out;
  EXPECT_TRUE(encode_with(Serde<T>{}, value, out).has_value());
  return std::string(as_text(out));
}

template <class T>
Result<T> parse(std::string_view text) {
  return Serde<T>{}.decode(as_bytes(text));
}

constexpr std::string_view minimal =
    R"({"id":"a","amount":1.5,"items":2,"paid":true,"codes":[],"stops":[]})";

TEST(Json, writes_members_in_order_and_leaves_empty_optionals_out) {
  shop::Order order{.id = "o-1",
                    .amount = 950,
                    .items = 3,
                    .paid = true,
                    .place = {},
                    .codes = {1, -2},
                    .stops = {{"Bern", "CH"}}};
  EXPECT_EQ(text_of(order), R"({"id":"o-1","amount":950.0,"items":3,"paid":true,"codes":[1,-2],)"
                            R"("stops":[{"city":"Bern","country":"CH"}]})");
}

TEST(Json, reads_back_what_it_wrote) {
  shop::Order order{.id = "quote \" slash \\ tab \t bell \x07 umlaut ü",
                    .amount = 0.1 + 0.2,
                    .items = std::numeric_limits<int32_t>::min(),
                    .paid = false,
                    .place = shop::Place{"Basel", {}},
                    .codes = {std::numeric_limits<int64_t>::max(), 0},
                    .stops = {{"", "x"}, {"y", {}}}};
  auto back = parse<shop::Order>(text_of(order));
  ASSERT_TRUE(back.has_value()) << back.error().message();
  EXPECT_EQ(*back, order);
}

TEST(Json, keeps_every_double_exactly_and_as_a_floating_point_number) {
  for (double value : {0.0, -0.0, 1.0, 1e300, 5e-324, 1.7976931348623157e308, 900.01, 1.0 / 3}) {
    Buffer out;
    ASSERT_TRUE(json::append_double(out, value));
    auto text = std::string(as_text(out));
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
    EXPECT_THAT(text, testing::ContainsRegex("[.e]"));
  }
}

TEST(Json, refuses_to_write_what_json_cannot_express) {
  shop::Order order{.amount = std::numeric_limits<double>::quiet_NaN()};
  Buffer out;
  auto written = Serde<shop::Order>{}.encode(order, out);
  ASSERT_FALSE(written.has_value());
  EXPECT_THAT(written.error().message(), HasSubstr("'amount'"));
}

TEST(Json, ignores_unknown_members_and_any_order_and_space) {
  auto order = parse<shop::Order>(
      R"( { "stops":[], "new":{"deep":[1,{"a":null}]}, "paid":true, "amount" : 3,
            "codes":[ 7 ], "items":2, "more":"x", "id":"a" } )");
  ASSERT_TRUE(order.has_value()) << order.error().message();
  EXPECT_EQ(order->amount, 3.0);
  EXPECT_EQ(order->codes, std::vector<int64_t>{7});
}

TEST(Json, takes_null_and_absence_of_an_optional_alike) {
  auto absent = parse<shop::Order>(minimal);
  auto null = parse<shop::Order>(
      R"({"id":"a","amount":1.5,"items":2,"paid":true,"place":null,"codes":[],"stops":[]})");
  ASSERT_TRUE(absent && null);
  EXPECT_EQ(*absent, *null);
}

TEST(Json, recognises_a_member_whose_name_is_escaped) {
  auto place = parse<shop::Place>(R"({"\u0063ity":"Z\u00fcrich"})");
  ASSERT_TRUE(place.has_value()) << place.error().message();
  EXPECT_EQ(place->city, "Zürich");
}

struct Bad {
  const char* text;
  const char* error;
};

TEST(Json, names_the_field_and_what_is_wrong_with_it) {
  const Bad cases[] = {
      {R"({"id":"a","items":2,"paid":true,"codes":[],"stops":[]})", "amount: is missing"},
      {R"({"id":"a","amount":"9","items":2,"paid":true})", "amount: expected a number"},
      {R"({"id":"a","amount":null})", "amount: expected a number"},
      {R"({"id":7})", "id: expected a string"},
      {R"({"items":3000000000})", "items: expected a whole number from -2147483648 to 2147483647"},
      {R"({"items":1.5})", "items: expected a whole number"},
      {R"({"paid":1})", "paid: expected true or false"},
      {R"({"codes":[1,"x"]})", "codes[1]: expected a whole number"},
      {R"({"stops":[{"city":"a"},{"city":4}]})", "stops[1].city: expected a string"},
      {R"({"place":{"country":"CH"}})", "place.city: is missing"},
      {R"({"place":7})", "place: expected an object"},
      {R"("text")", "not a JSON object"},
      {"", "not a JSON object"},
      {"[]", "expected an object"},
  };
  for (const auto& bad : cases) {
    auto order = parse<shop::Order>(bad.text);
    ASSERT_FALSE(order.has_value()) << bad.text;
    EXPECT_EQ(order.error().code, Errc::corrupt);
    EXPECT_THAT(order.error().message(), HasSubstr(bad.error)) << bad.text;
  }
}

TEST(Json, refuses_broken_text_at_every_length) {
  for (std::size_t size = 0; size < minimal.size(); ++size) {
    EXPECT_FALSE(parse<shop::Order>(minimal.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(parse<shop::Order>(std::string(minimal) + "}").has_value());
  EXPECT_FALSE(parse<shop::Order>(std::string(minimal) + "1").has_value());
  EXPECT_FALSE(parse<shop::Place>("{\"city\":\"\xff\"}").has_value());
}

std::string nested(int levels) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += R"({"inside":[)";
  for (int i = 0; i < levels; ++i) text += "]}";
  return text;
}

TEST(Json, nests_as_deep_as_the_limit_and_no_deeper) {
  EXPECT_TRUE(parse<shop::Nested>(nested(32)).has_value());
  auto deeper = parse<shop::Nested>(nested(33));
  ASSERT_FALSE(deeper.has_value());
  EXPECT_THAT(deeper.error().message(), HasSubstr("more than 64 levels deep"));
}

TEST(Serde, numbers_have_the_bytes_of_kafkas_own_serializers) {
  Buffer out;
  Serde<int32_t>{}.encode(1, out);
  Serde<int64_t>{}.encode(-2, out);
  Serde<double>{}.encode(1.0, out);
  const unsigned char expected[] = {0,   0,   0,    1,    255, 255, 255, 255, 255, 255,
                                    255, 254, 0x3f, 0xf0, 0,   0,   0,   0,   0,   0};
  EXPECT_EQ(as_text(out), std::string_view(reinterpret_cast<const char*>(expected), 20));
  EXPECT_EQ(*Serde<int64_t>{}.decode(Bytes(out).subspan(4, 8)), -2);
  EXPECT_EQ(*Serde<double>{}.decode(Bytes(out).subspan(12)), 1.0);
  auto wrong = Serde<int32_t>{}.decode(Bytes(out).first(3));
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().context, "expected 4 bytes, got 3");
}

}  // namespace
}  // namespace millrace
