#include "fraud/transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::fraud {
namespace {

using ::testing::HasSubstr;

const Transaction expected{.user_id = "596",
                           .amount = Money::from_micros(57'160'000),
                           .location = "3156",
                           .time = Timestamp(1522540831000)};

TEST(TransactionJson, reads_what_python_programs_write) {
  for (const char* json :
       {R"({"user_id": 596, "amount": 57.16, "location": "3156", "timestamp": 1522540831})",
        R"({"user_id": "596", "amount": 57.16, "location": "3156", "timestamp": 1522540831.0})",
        R"({"user_id": "596", "amount": "57.16", "location": 3156, "timestamp": 1522540831000})",
        R"({"timestamp":"2018-04-01T00:00:31Z","user_id":"596","location":"3156","amount":5716e-2,
               "currency":"EUR","nested":{"amount":1},"list":[1,2]})",
        R"({"\u0075ser_id":"596","amount":57.16,"location":"3156",
               "timestamp":"2018-04-01T00:00:31"})"}) {
    EXPECT_EQ(decode_transaction(json).value(), expected) << json;
  }
}

TEST(TransactionJson, takes_the_id_under_any_of_its_names_and_lets_the_location_be_absent) {
  for (const char* name : {"transaction_id", "tx_id", "id"}) {
    const std::string json = std::string(R"({"user_id":1,"amount":2,"timestamp":3,")") + name +
                             R"(":288061,"location":null})";
    const auto transaction = decode_transaction(json);
    ASSERT_TRUE(transaction);
    EXPECT_EQ(transaction->id, "288061");
    EXPECT_EQ(transaction->location, "");
  }
}

TEST(TransactionJson, names_the_field_that_is_wrong) {
  const auto error_of = [](const char* json) { return decode_transaction(json).error().context; };

  EXPECT_THAT(error_of(R"({"amount":1,"timestamp":3})"), HasSubstr("user_id"));
  EXPECT_THAT(error_of(R"({"user_id":"","amount":1,"timestamp":3})"), HasSubstr("user_id"));
  EXPECT_THAT(error_of(R"({"user_id":1,"amount":"much","timestamp":3})"), HasSubstr("amount"));
  EXPECT_THAT(error_of(R"({"user_id":1,"amount":null,"timestamp":3})"), HasSubstr("amount"));
  EXPECT_THAT(error_of(R"({"user_id":1,"amount":[1],"timestamp":3})"), HasSubstr("amount"));
  EXPECT_THAT(error_of(R"({"user_id":1,"amount":1,"timestamp":"soon"})"), HasSubstr("timestamp"));
}

TEST(TransactionJson, survives_what_is_not_a_transaction) {
  for (const char* json : {"", " ", "null", "7", "[]", "{", "{\"user_id\":", "\xff\xfe", "{}",
                           R"({"user_id":1,"amount":1,"timestamp":3} trailing)",
                           R"({"user_id":1,"amount":1,"timestamp":3)", R"({"a":tru})"}) {
    EXPECT_FALSE(decode_transaction(json)) << json;
  }
}

TEST(TransactionJson, accepts_texts_up_to_the_limit_and_not_one_byte_more) {
  const auto with_user = [](size_t length) {
    return R"({"amount":1,"timestamp":3,"user_id":")" + std::string(length, 'u') + "\"}";
  };
  const TransactionLimits limits{.json_bytes = 400, .text_bytes = 100};

  EXPECT_TRUE(decode_transaction(with_user(100), limits));
  EXPECT_EQ(decode_transaction(with_user(101), limits).error().code, Errc::limit_exceeded);
  EXPECT_EQ(decode_transaction(with_user(500), limits).error().code, Errc::limit_exceeded);
}

TEST(TransactionJson, reads_back_what_it_writes) {
  Transaction transaction = expected;
  EXPECT_EQ(decode_transaction(encode_transaction(transaction)).value(), transaction);

  transaction.id = "t-1";
  transaction.location = "K\xC3\xB6ln \"Dom\"\n\\";
  EXPECT_EQ(decode_transaction(encode_transaction(transaction)).value(), transaction);
}

TEST(JsonString, replaces_bytes_that_are_not_utf_8) {
  EXPECT_EQ(
      json_string("a\xff\xC3\xB6\xC0\x80\xED\xA0\x80"),
      "\"a\xEF\xBF\xBD\xC3\xB6\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json_string("\xF0\x9F\x92\xB3\x01"), "\"\xF0\x9F\x92\xB3\\u0001\"");
}

}  // namespace
}  // namespace millrace::fraud
