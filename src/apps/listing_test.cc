#include "apps/listing.h"

#include <gtest/gtest.h>

namespace millrace::apps {
namespace {

Listing sample() {
  Listing listing({{"topic", "TOPIC"}, {"end_offset", "END"}, {"internal", "INTERNAL"}});
  listing.add({"orders", int64_t{120}, false});
  listing.add({"ümläut \"x\"", {}, true});
  return listing;
}

TEST(Listing, aligns_numbers_to_the_right_and_text_to_the_left) {
  EXPECT_EQ(sample().table(),
            "TOPIC       END  INTERNAL\n"
            "orders      120  no\n"
            "ümläut \"x\"    -  yes\n");
}

TEST(Listing, prints_one_json_object_a_line) {
  EXPECT_EQ(sample().json_lines(),
            "{\"topic\":\"orders\",\"end_offset\":120,\"internal\":false}\n"
            "{\"topic\":\"ümläut \\\"x\\\"\",\"end_offset\":null,\"internal\":true}\n");
}

TEST(JsonString, replaces_bytes_that_are_no_utf8) {
  EXPECT_EQ(json_string("a\xff\n"), "\"a\xEF\xBF\xBD\\n\"");
}

}  // namespace
}  // namespace millrace::apps
