#include <gmock/gmock.h>

#include "broker/broker_for_test.h"
#include "wire/api/find_coordinator.h"
#include "wire/api/offset_commit.h"

namespace millrace::broker {
namespace {

using ::testing::HasSubstr;

class Metrics : public BrokerStory {
 protected:
  std::string scrape() {
    loop.advance(std::chrono::seconds(1));  // shards publish what they have once a second
    return metrics.serialize();
  }

  void commit(const std::string& group, int64_t offset) {
    wire::FindCoordinatorRequest find;
    find.key = group;
    ASSERT_EQ(ask(find, 2).error_code, wire::ErrorCode::none);
    wire::OffsetCommitRequest request;
    request.group_id = group;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.partitions.push_back({PartitionId(0), Offset(offset)});
    EXPECT_EQ(ask(request, 7).topics[0].partitions[0].error_code, wire::ErrorCode::none);
  }
};

TEST_F(Metrics, count_what_goes_in_and_out_of_a_topic) {
  create_topic("t");
  EXPECT_THAT(scrape(), HasSubstr("millrace_topic_records_total{topic=\"t\",direction=\"out\"} 0"));

  produce("t", 0, batch_of({"a", "b", "c"}));
  fetch("t", 0, 0);
  fetch("t", 0, 2);  // the whole batch goes out again, for one record
  auto page = scrape();

  EXPECT_THAT(page, HasSubstr("millrace_topic_records_total{topic=\"t\",direction=\"in\"} 3"));
  EXPECT_THAT(page, HasSubstr("millrace_topic_records_total{topic=\"t\",direction=\"out\"} 4"));
  EXPECT_THAT(page, HasSubstr("millrace_log_end_offset{topic=\"t\",partition=\"0\"} 3"));
  EXPECT_THAT(page, HasSubstr("millrace_kafka_requests_total{api=\"Fetch\",error=\"NONE\"} 2"));
}

TEST_F(Metrics, tell_the_exact_lag_of_a_group_under_our_name_and_kafka_exporters) {
  create_topic("t");
  produce("t", 0, batch_of({"a", "b", "c"}));
  commit("g", 1);

  auto page = scrape();

  EXPECT_THAT(page,
              HasSubstr("millrace_group_lag_records{group=\"g\",topic=\"t\",partition=\"0\"} 2"));
  EXPECT_THAT(
      page,
      HasSubstr("kafka_consumergroup_lag{consumergroup=\"g\",topic=\"t\",partition=\"0\"} 2"));
  EXPECT_THAT(page, HasSubstr("kafka_topic_partitions{topic=\"t\"} 1"));
}

TEST_F(Metrics, have_no_negative_lag_where_a_commit_is_beyond_the_end) {
  create_topic("t");

  commit("g", 7);

  EXPECT_THAT(
      scrape(),
      HasSubstr("kafka_consumergroup_lag{consumergroup=\"g\",topic=\"t\",partition=\"0\"} 0"));
}

}  // namespace
}  // namespace millrace::broker
