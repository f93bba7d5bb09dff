#include "apps/record_format.h"

#include <gtest/gtest.h>

namespace millrace::apps {
namespace {

RawRecord sample() {
  return {.topic = "alerts",
          .partition = PartitionId(2),
          .offset = Offset(7),
          .timestamp = Timestamp(1'700'000'000'123),
          .key = as_bytes("u1"),
          .value = as_bytes("{\"a\":1}"),
          .headers = {{"h", "1"}, {"h", "2"}}};
}

std::string formatted(std::string_view format, const RawRecord& record) {
  std::string out;
  auto parsed = RecordFormat::parse(format);
  EXPECT_TRUE(parsed) << format;
  if (parsed) parsed->append(record, out);
  return out;
}

TEST(RecordFormat, knows_the_tokens_of_kcat) {
  EXPECT_EQ(formatted("%T %t[%p]@%o %k(%K)=%s(%S) %h %%\\n", sample()),
            "1700000000123 alerts[2]@7 u1(2)={\"a\":1}(7) h=1,h=2 %\n");
  EXPECT_EQ(formatted("\\x41\\t%v", sample()), "A\t{\"a\":1}");
}

TEST(RecordFormat, tells_a_null_from_an_empty_text_by_its_length) {
  auto record = sample();
  record.key = std::nullopt;
  record.value = Bytes();
  EXPECT_EQ(formatted("%k,%K,%s,%S", record), ",-1,,0");
}

TEST(RecordFormat, refuses_what_it_does_not_know) {
  for (auto format : {"%q", "%", "\\y", "\\x4", "\\"}) {
    EXPECT_FALSE(RecordFormat::parse(format)) << format;
  }
}

TEST(RecordJson, reads_back_to_the_same_record) {
  std::string binary("\xff\x00\x01\xfe", 4);
  auto record = sample();
  record.value = as_bytes(binary);
  record.headers.push_back({"null", std::nullopt});
  std::string line;
  append_json(record, line);
  EXPECT_EQ(line,
            "{\"topic\":\"alerts\",\"partition\":2,\"offset\":7,\"timestamp\":1700000000123,"
            "\"key\":\"u1\",\"value_base64\":\"/wAB/g==\","
            "\"headers\":[[\"h\",\"1\"],[\"h\",\"2\"],[\"null\",null]]}\n");

  auto back = parse_json_record(line);

  ASSERT_TRUE(back);
  EXPECT_EQ(back->key, "u1");
  EXPECT_EQ(back->value, binary);
  EXPECT_EQ(back->headers, record.headers);
}

TEST(RecordJson, keeps_a_null_value_a_null) {
  auto record = sample();
  record.value = std::nullopt;
  std::string line;
  append_json(record, line);
  auto back = parse_json_record(line);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->value, std::nullopt);
}

TEST(RecordJson, sends_a_nested_object_as_its_json) {
  auto record = parse_json_record("{\"value\":{\"b\":[1,2]}}");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->value, "{\"b\":[1,2]}");
}

TEST(RecordJson, refuses_lines_that_are_no_records) {
  for (auto line : {"", "[]", "{", "{\"headers\":{\"a\":1}}", "{\"headers\":[[1,2]]}",
                    "{\"value_base64\":\"!!\"}"}) {
    EXPECT_FALSE(parse_json_record(line)) << line;
  }
}

}  // namespace
}  // namespace millrace::apps
