#include "http/host_check.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace::http {
namespace {

TEST(HostCheck, lets_addresses_and_localhost_pass_with_or_without_port) {
  for (const char* host : {"127.0.0.1", "127.0.0.1:8090", "[::1]", "[::1]:8090", "localhost",
                           "LocalHost:1", "192.168.1.20:8090"}) {
    EXPECT_TRUE(host_allowed(host, {})) << host;
  }
}

TEST(HostCheck, refuses_names_that_a_hostile_dns_server_could_point_at_us) {
  for (const char* host : {"evil.example", "localhost.evil.example:8090", "127.0.0.1.evil.example",
                           "", ":8090", "[::1", "[::1]x", "[]"}) {
    EXPECT_FALSE(host_allowed(host, {})) << host;
  }
}

TEST(HostCheck, lets_configured_names_pass) {
  const std::vector<std::string> names{"fraud.internal"};

  EXPECT_TRUE(host_allowed("Fraud.Internal:8090", names));
  EXPECT_FALSE(host_allowed("other.internal", names));
}

}  // namespace
}  // namespace millrace::http
