#include "storage/checkpoints.h"

#include <gtest/gtest.h>

#include "storage/leader_epochs.h"

namespace millrace::storage {
namespace {

TEST(Checkpoints, look_like_kafkas) {
  OffsetCheckpoint offsets{{{"a", PartitionId(0)}, Offset(5)}, {{"b", PartitionId(11)}, Offset(0)}};
  EXPECT_EQ(format_offsets(offsets), "0\n2\na 0 5\nb 11 0\n");
  EXPECT_EQ(parse_offsets(format_offsets(offsets)).value(), offsets);
  EXPECT_EQ(format_epochs({{LeaderEpoch(0), Offset(0)}, {LeaderEpoch(4), Offset(9)}}),
            "0\n2\n0 0\n4 9\n");
  EXPECT_EQ(parse_epochs("0\n1\n4 9\n").value().front(), (EpochStart{LeaderEpoch(4), Offset(9)}));
}

TEST(Checkpoints, refuse_what_is_cut_off_or_of_another_version) {
  for (auto text : {"", "0\n", "0\n2\na 0 5\n", "0\n1\na 0\n", "0\n1\na 0 x\n", "0\n-1\n"}) {
    EXPECT_FALSE(parse_offsets(text)) << text;
  }
  EXPECT_EQ(parse_offsets("1\n0\n").error().code, Errc::unsupported);
}

TEST(Checkpoints, keep_a_partitions_topic_id) {
  auto id = Uuid::random();
  EXPECT_EQ(parse_partition_metadata(format_partition_metadata(id)).value(), id);
  EXPECT_FALSE(parse_partition_metadata("version: 0\n"));
  EXPECT_FALSE(parse_partition_metadata("version: 0\ntopic_id: short"));
}

TEST(PartitionNames, are_read_back_only_when_kafka_would_write_them_so) {
  EXPECT_EQ(PartitionName::parse("my-topic-3"), (PartitionName{"my-topic", PartitionId(3)}));
  for (auto name :
       {"topic", "-3", "topic-", "topic-03", "topic-+3", "topic-3.x-delete", "topic-99999999999"}) {
    EXPECT_FALSE(PartitionName::parse(name)) << name;
  }
}

TEST(LeaderEpochs, answer_where_an_epoch_ended) {
  LeaderEpochs epochs;
  EXPECT_FALSE(epochs.end_of(LeaderEpoch(0), Offset(9)));
  EXPECT_TRUE(epochs.assign(LeaderEpoch(1), Offset(0)));
  EXPECT_FALSE(epochs.assign(LeaderEpoch(1), Offset(5)));
  EXPECT_TRUE(epochs.assign(LeaderEpoch(4), Offset(5)));

  EXPECT_FALSE(epochs.end_of(LeaderEpoch(0), Offset(9)));
  EXPECT_EQ(epochs.end_of(LeaderEpoch(2), Offset(9)), (EpochStart{LeaderEpoch(1), Offset(5)}));
  EXPECT_EQ(epochs.end_of(LeaderEpoch(7), Offset(9)), (EpochStart{LeaderEpoch(4), Offset(9)}));
}

TEST(LeaderEpochs, follow_the_log_when_it_is_cut_at_either_end) {
  LeaderEpochs epochs(
      {{LeaderEpoch(1), Offset(0)}, {LeaderEpoch(2), Offset(10)}, {LeaderEpoch(3), Offset(20)}});
  EXPECT_TRUE(epochs.trim_before(Offset(15)));
  EXPECT_EQ(epochs.all().front(), (EpochStart{LeaderEpoch(2), Offset(15)}));
  EXPECT_TRUE(epochs.cut_from(Offset(20)));
  EXPECT_EQ(epochs.latest(), LeaderEpoch(2));
  // Epoch 4 wrote nothing before 5 began at the same place.
  EXPECT_TRUE(epochs.assign(LeaderEpoch(4), Offset(20)));
  EXPECT_TRUE(epochs.assign(LeaderEpoch(5), Offset(20)));
  EXPECT_EQ(epochs.all().size(), 2u);
}

}  // namespace
}  // namespace millrace::storage
