#include <gtest/gtest.h>

#include "broker/broker_for_test.h"
#include "record/batch_edit.h"

namespace millrace::broker {
namespace {

using ::testing::Test;
using wire::ErrorCode;
using Values = std::vector<std::string>;

class ProduceFetch : public BrokerStory {};

TEST_F(ProduceFetch, returns_what_was_produced) {
  create_topic("t", 4);

  auto first = produce("t", 2, batch_of({"a", "b"}));
  auto second = produce("t", 2, batch_of({"c"}));

  EXPECT_EQ(first.error_code, ErrorCode::none);
  EXPECT_EQ(first.base_offset, Offset(0));
  EXPECT_EQ(second.base_offset, Offset(2));
  EXPECT_EQ(fetch("t", 2, 0), (Values{"a", "b", "c"}));
  EXPECT_EQ(fetch("t", 2, 2), Values{"c"});
  EXPECT_EQ(fetch("t", 1, 0), Values{});
}

TEST_F(ProduceFetch, keeps_records_over_a_clean_restart_and_over_a_kill) {
  create_topic("t");
  produce("t", 0, batch_of({"a"}));

  restart();
  produce("t", 0, batch_of({"b"}));
  kill_and_start();

  EXPECT_EQ(fetch("t", 0, 0), (Values{"a", "b"}));
}

TEST_F(ProduceFetch, shows_a_record_only_after_it_is_durable) {
  create_topic("t");
  auto asked = send(produce_request("t", 0, batch_of({"a"})), 9, owner("t", 0));

  auto early = send(fetch_request("t", 0, 0), 12, owner("t", 0));
  EXPECT_FALSE(asked.answered());
  EXPECT_TRUE(values_in(early.response().responses[0].partitions[0]).empty());
  loop.run_ready();

  EXPECT_TRUE(asked.answered());
  EXPECT_EQ(fetch("t", 0, 0), Values{"a"});
}

TEST_F(ProduceFetch, answers_acks_1_from_the_page_cache_and_acks_0_not_at_all) {
  create_topic("t");

  auto leader = send(produce_request("t", 0, batch_of({"a"}), 1), 9, owner("t", 0));
  auto none = send(produce_request("t", 0, batch_of({"b"}), 0), 9, owner("t", 0));
  EXPECT_TRUE(leader.answered());
  ASSERT_TRUE(none.answered());
  loop.run_ready();

  EXPECT_TRUE((*none.reply)->pieces.empty());
  EXPECT_EQ((*none.reply)->close_because, "");
  EXPECT_EQ(fetch("t", 0, 0), (Values{"a", "b"}));
}

TEST_F(ProduceFetch, wakes_a_waiting_fetch_when_records_come) {
  create_topic("t");
  auto waiting = send(fetch_request("t", 0, 0, 5000), 12);
  loop.run_ready();
  EXPECT_FALSE(waiting.answered());

  produce("t", 0, batch_of({"a"}));

  ASSERT_TRUE(waiting.answered());
  EXPECT_EQ(values_in(waiting.response().responses[0].partitions[0]), Values{"a"});
}

TEST_F(ProduceFetch, answers_a_waiting_fetch_empty_when_its_time_is_over) {
  create_topic("t");
  auto waiting = send(fetch_request("t", 0, 0, 500), 12);
  loop.advance(Milliseconds(499));
  EXPECT_FALSE(waiting.answered());

  loop.advance(Milliseconds(1));

  ASSERT_TRUE(waiting.answered());
  EXPECT_EQ(waiting.response().responses[0].partitions[0].error_code, ErrorCode::none);
}

TEST_F(ProduceFetch, returns_a_first_batch_whole_however_small_the_limit) {
  create_topic("t");
  produce("t", 0, batch_of({std::string(5000, 'x')}));
  produce("t", 0, batch_of({"second"}));
  auto request = fetch_request("t", 0, 0);
  request.max_bytes = 100;
  request.topics[0].partitions[0].partition_max_bytes = 100;

  auto response = ask(request, 12);

  EXPECT_EQ(values_in(response.responses[0].partitions[0]).size(), 1u);
}

TEST_F(ProduceFetch, says_what_is_wrong_with_an_offset_a_topic_or_a_partition) {
  create_topic("t");
  auto error_of = [&](const wire::FetchRequest& request) {
    return ask(request, 12).responses[0].partitions[0].error_code;
  };

  EXPECT_EQ(error_of(fetch_request("t", 0, 1)), ErrorCode::offset_out_of_range);
  EXPECT_EQ(error_of(fetch_request("t", 1, 0)), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(error_of(fetch_request("no", 0, 0)), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(produce("no", 0, batch_of({"a"})).error_code, ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(produce("t", -1, batch_of({"a"})).error_code, ErrorCode::unknown_topic_or_partition);
}

TEST_F(ProduceFetch, refuses_a_corrupt_batch_a_large_one_and_none_at_all) {
  create_topic("t", 1, {{"max.message.bytes", "1000"}});
  auto corrupt = batch_of({"a"});
  corrupt.back() ^= std::byte{1};

  EXPECT_EQ(produce("t", 0, corrupt).error_code, ErrorCode::corrupt_message);
  EXPECT_EQ(produce("t", 0, batch_of({std::string(2000, 'x')})).error_code,
            ErrorCode::message_too_large);
  EXPECT_EQ(produce("t", 0, {}).error_code, ErrorCode::invalid_record);
  EXPECT_EQ(fetch("t", 0, 0), Values{});
}

TEST_F(ProduceFetch, answers_a_duplicate_with_its_first_offset_and_refuses_a_gap) {
  create_topic("t");
  record::BatchOptions first{.producer_id = ProducerId(5),
                             .producer_epoch = ProducerEpoch(0),
                             .base_sequence = record::Sequence(0)};
  auto gap = first;
  gap.base_sequence = record::Sequence(3);
  produce("t", 0, batch_of({"other"}));
  EXPECT_EQ(produce("t", 0, batch_of({"a"}, first)).base_offset, Offset(1));

  auto again = produce("t", 0, batch_of({"a"}, first));
  auto skipped = produce("t", 0, batch_of({"c"}, gap));

  EXPECT_EQ(again.error_code, ErrorCode::none);
  EXPECT_EQ(again.base_offset, Offset(1));
  EXPECT_EQ(skipped.error_code, ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(fetch("t", 0, 0), (Values{"other", "a"}));
}

TEST_F(ProduceFetch, goes_on_reading_when_the_disk_is_full) {
  create_topic("t");
  produce("t", 0, batch_of({"a"}));
  disk.limit_space(0);
  Buffer big = batch_of({std::string(900'000, 'x')});

  ErrorCode last = ErrorCode::none;
  for (int i = 0; i < 40 && last == ErrorCode::none; ++i) last = produce("t", 0, big).error_code;

  EXPECT_EQ(last, ErrorCode::kafka_storage_error);
  EXPECT_EQ(fetch("t", 0, 0).front(), "a");
}

TEST_F(ProduceFetch, never_answers_success_after_a_failed_sync) {
  create_topic("t");
  produce("t", 0, batch_of({"a"}));
  auto asked = send(produce_request("t", 0, batch_of({"b"})), 9);
  disk.fail_call(1, Errc::io_error, true);

  loop.run_ready();

  ASSERT_TRUE(asked.answered());
  EXPECT_EQ(asked.response().responses[0].partition_responses[0].error_code,
            ErrorCode::kafka_storage_error);
}

TEST_F(ProduceFetch, refuses_a_fetch_that_claims_to_be_a_replica) {
  create_topic("t");
  auto request = fetch_request("t", 0, 0);
  request.replica_id = BrokerId(2);

  auto asked = send(request, 12);
  loop.run_ready();

  ASSERT_TRUE(asked.answered());
  EXPECT_NE((*asked.reply)->close_because, "");
}

TEST_F(ProduceFetch, spreads_one_request_over_all_shards) {
  create_topic("t", 7);
  wire::ProduceRequest request = produce_request("t", 0, {});
  request.topic_data[0].partition_data.clear();
  std::vector<Buffer> batches;
  for (int p = 0; p < 7; ++p) batches.push_back(batch_of({"v" + std::to_string(p)}));
  for (int p = 0; p < 7; ++p) {
    request.topic_data[0].partition_data.push_back(
        {PartitionId(p), wire::Records{.bytes = batches[static_cast<size_t>(p)]}});
  }

  auto response = ask(request, 9, 1);

  for (const auto& p : response.responses[0].partition_responses) {
    EXPECT_EQ(p.error_code, ErrorCode::none);
    EXPECT_EQ(fetch("t", p.index.value(), 0), Values{"v" + std::to_string(p.index.value())});
  }
}

}  // namespace
}  // namespace millrace::broker
