#include "broker/address.h"

#include <gtest/gtest.h>

namespace millrace::broker {
namespace {

TEST(Address, is_read_from_what_people_write) {
  EXPECT_EQ(*parse_address("127.0.0.1:9092"), (Address{"127.0.0.1", 9092}));
  EXPECT_EQ(*parse_address("PLAINTEXT://host:1"), (Address{"host", 1}));
  EXPECT_EQ(*parse_address("[::1]:9092"), (Address{"::1", 9092}));
  EXPECT_EQ(*parse_address(":9092"), (Address{"0.0.0.0", 9092}));
}

TEST(Address, says_what_is_wrong) {
  EXPECT_FALSE(parse_address("localhost"));
  EXPECT_FALSE(parse_address("localhost:70000"));
  EXPECT_FALSE(parse_address("localhost:-1"));
  auto tls = parse_address("SSL://localhost:9093");
  ASSERT_FALSE(tls);
  EXPECT_EQ(tls.error().code, Errc::unsupported);
}

TEST(Address, knows_this_machine) {
  EXPECT_TRUE(is_loopback({"127.0.0.53", 1}));
  EXPECT_TRUE(is_loopback({"::1", 1}));
  EXPECT_FALSE(is_loopback({"0.0.0.0", 1}));
  EXPECT_EQ(to_text({"::1", 9092}), "[::1]:9092");
}

}  // namespace
}  // namespace millrace::broker
