#include "groups/records.h"

#include <gmock/gmock.h>

#include "groups/partition_for.h"

namespace millrace::groups {
namespace {

using testing::ElementsAre;

Buffer hex(std::string_view text) {
  Buffer bytes;
  std::string digits;
  for (char c : text) {
    if (c != ' ') digits.push_back(c);
  }
  for (size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

const OffsetChange offset_change{
    "g", {"t", PartitionId(5)}, CommittedOffset{Offset(42), LeaderEpoch(7), "m", Timestamp(1000)}};

const GroupChange group_change{
    "g", GroupMetadata{"consumer",
                       GenerationId(3),
                       "range",
                       "m1",
                       Timestamp(1000),
                       {{"m1", "i", "c", "/h", Milliseconds(60'000), Milliseconds(10'000),
                         hex("0102"), hex("03")}}}};

// The bytes below were written down from Kafka's definitions, field by field.

TEST(OffsetRecord, has_kafkas_bytes) {
  RecordToAppend record = encode(offset_change, 50);

  EXPECT_EQ(record.key, hex("0001 0001 67 0001 74 00000005"));
  EXPECT_EQ(record.value, hex("0003 000000000000002a 00000007 0001 6d 00000000000003e8"));
}

TEST(OffsetRecord, is_written_at_version_1_when_it_expires_by_itself) {
  OffsetChange change = offset_change;
  change.value->expires_at = Timestamp(2000);

  RecordToAppend record = encode(change, 50);

  EXPECT_EQ(record.value, hex("0001 000000000000002a 0001 6d 00000000000003e8 00000000000007d0"));
  change.value->leader_epoch = no_leader_epoch;  // which version 1 cannot say
  EXPECT_EQ(**decode(record.key, *record.value), Change(change));
}

TEST(OffsetRecord, is_read_in_every_version_there_is) {
  const Buffer key = hex("0001 0001 67 0001 74 00000005");
  OffsetChange plain = offset_change;
  plain.value->leader_epoch = no_leader_epoch;

  EXPECT_EQ(**decode(hex("0000 0001 67 0001 74 00000005"),
                     hex("0000 000000000000002a 0001 6d 00000000000003e8")),
            Change(plain));
  EXPECT_EQ(**decode(key, hex("0002 000000000000002a 0001 6d 00000000000003e8")), Change(plain));
  EXPECT_EQ(**decode(key, hex("0003 000000000000002a 00000007 0001 6d 00000000000003e8")),
            Change(offset_change));
  EXPECT_EQ(**decode(key, hex("0004 000000000000002a 00000007 02 6d 00000000000003e8 00")),
            Change(offset_change));
}

TEST(GroupRecord, has_kafkas_bytes) {
  RecordToAppend record = encode(group_change, 50);

  EXPECT_EQ(record.key, hex("0002 0001 67"));
  EXPECT_EQ(record.value,
            hex("0003 0008 636f6e73756d6572 00000003 0005 72616e6765 0002 6d31 00000000000003e8"
                "00000001 0002 6d31 0001 69 0001 63 0002 2f68 0000ea60 00002710"
                "00000002 0102 00000001 03"));
  EXPECT_EQ(encoded_size(*group_change.value), record.value->size());
}

TEST(GroupRecord, is_read_in_every_version_there_is) {
  const Buffer key = hex("0002 0001 67");
  GroupChange old = group_change;
  old.value->state_since = Timestamp(-1);
  old.value->members[0].instance_id.reset();
  old.value->members[0].rebalance_timeout = Milliseconds(10'000);

  EXPECT_EQ(**decode(key, hex("0000 0008 636f6e73756d6572 00000003 0005 72616e6765 0002 6d31"
                              "00000001 0002 6d31 0001 63 0002 2f68 00002710"
                              "00000002 0102 00000001 03")),
            Change(old));
  EXPECT_EQ(**decode(key, hex("0004 09 636f6e73756d6572 00000003 06 72616e6765 03 6d31"
                              "00000000000003e8 02 03 6d31 02 69 02 63 03 2f68 0000ea60 00002710"
                              "03 0102 02 03 00 00")),
            Change(group_change));
}

TEST(Tombstone, has_no_value) {
  RecordToAppend group = encode(GroupChange{"g", std::nullopt}, 50);
  RecordToAppend offset = encode(OffsetChange{"g", {"t", PartitionId(5)}, std::nullopt}, 50);

  EXPECT_FALSE(group.value || offset.value);
  EXPECT_EQ(**decode(group.key, std::nullopt), Change(GroupChange{"g", std::nullopt}));
  EXPECT_EQ(**decode(offset.key, std::nullopt),
            Change(OffsetChange{"g", {"t", PartitionId(5)}, std::nullopt}));
}

TEST(Decode, passes_over_other_kinds_and_refuses_what_is_damaged) {
  const Buffer key = hex("0002 0001 67");

  EXPECT_FALSE(*decode(hex("0003 0001 67"), hex("0000")));  // KIP-848
  EXPECT_EQ(decode(hex("00"), std::nullopt).error().code, Errc::corrupt);
  EXPECT_EQ(decode(hex("0002 0009 67"), std::nullopt).error().code, Errc::corrupt);
  EXPECT_EQ(decode(key, hex("0003 0008")).error().code, Errc::corrupt);
  EXPECT_EQ(decode(key, hex("")).error().code, Errc::corrupt);
  EXPECT_EQ(decode(key, hex("0005 00")).error().code, Errc::unsupported);
}

TEST(Decode, refuses_a_group_that_names_a_member_twice) {
  GroupChange change = group_change;
  change.value->members.push_back(change.value->members[0]);
  RecordToAppend record = encode(change, 50);

  EXPECT_EQ(decode(record.key, *record.value).error().code, Errc::corrupt);
}

TEST(Subscription, names_its_topics_whatever_follows_them) {
  EXPECT_THAT(*subscribed_topics(hex("0003 00000002 0001 61 0002 6262 ffffffff 00000000")),
              ElementsAre("a", "bb"));
  EXPECT_FALSE(subscribed_topics(as_bytes("x")));
  EXPECT_FALSE(subscribed_topics(hex("0000 7fffffff 0001 61")));
}

TEST(PartitionFor, agrees_with_javas_hash) {
  EXPECT_EQ(partition_for("", 50), PartitionId(0));
  EXPECT_EQ(partition_for("test", 50), PartitionId(48));
  EXPECT_EQ(partition_for("polygenelubricants", 50), PartitionId(0));  // the smallest int
  EXPECT_EQ(partition_for("gruppe-ü", 50), PartitionId(22));
  EXPECT_EQ(partition_for("поток", 50), PartitionId(41));
  EXPECT_EQ(partition_for("😀-group", 50), PartitionId(43));
  EXPECT_EQ(partition_for("test", 1), PartitionId(0));
}

TEST(PartitionFor, reads_bytes_that_are_not_text_as_java_would) {
  EXPECT_EQ(partition_for("\xff", 50), partition_for("\xef\xbf\xbd", 50));
  EXPECT_EQ(partition_for("a\xc3", 50), partition_for("a\xef\xbf\xbd", 50));
}

}  // namespace
}  // namespace millrace::groups
