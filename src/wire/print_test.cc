#include "wire/print.h"

#include <gmock/gmock.h>

#include "wire/api/join_group.h"
#include "wire/api/produce.h"
#include "wire/describe.h"

namespace millrace::wire {
namespace {

JoinGroupRequest a_join() {
  return {.group_id = "g\n\"",
          .session_timeout_ms = 10'000,
          .member_id = "",
          .group_instance_id = {},
          .protocol_type = "consumer",
          .protocols = {{.name = "range", .metadata = Buffer(12)}},
          .reason = {}};
}

TEST(Print, shows_the_fields_of_a_version_but_no_payload) {
  EXPECT_EQ(print(a_join(), 5),
            R"({group_id: "g\x0a\x22", session_timeout_ms: 10000, rebalance_timeout_ms: -1, )"
            R"(member_id: "", group_instance_id: null, protocol_type: "consumer", )"
            R"(protocols: [{name: "range", metadata: <12 bytes>}]})");
}

TEST(Print, leaves_out_what_the_version_lacks) {
  EXPECT_THAT(print(a_join(), 0), testing::Not(testing::HasSubstr("instance")));
}

TEST(Describe, lists_the_fields_of_a_version_in_wire_order) {
  EXPECT_EQ(to_text(describe<ProduceRequest>(12)),
            "transactional_id string?\n"
            "acks int16 = 0\n"
            "timeout_ms int32 = 0\n"
            "topic_data []struct\n"
            "  name string\n"
            "  partition_data []struct\n"
            "    index int32 = 0\n"
            "    records records?\n");
}

template <class M>
void expect_tagged_last(Version version) {
  std::vector<int> last{-1};
  for (const FieldSchema& field : describe<M>(version)) {
    last.resize(static_cast<size_t>(field.depth) + 1, -1);
    EXPECT_TRUE(last.back() < 0 ? true : field.tag > last.back()) << field.name;
    last.back() = field.tag;
  }
}

TEST(Describe, shows_tagged_fields_last_and_by_rising_tag) {
  expect_tagged_last<ProduceResponse>(13);
  EXPECT_THAT(to_text(describe<ProduceResponse>(10)),
              testing::EndsWith("throttle_time_ms int32 = 0\n"
                                "node_endpoints []struct tag 0\n"
                                "  node_id int32 = 0\n"
                                "  host string\n"
                                "  port int32 = 0\n"
                                "  rack string?\n"));
}

}  // namespace
}  // namespace millrace::wire
