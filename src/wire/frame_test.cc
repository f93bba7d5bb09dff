#include "wire/frame.h"

#include <gmock/gmock.h>

#include "wire/api/api_versions.h"
#include "wire/api/fetch.h"
#include "wire/api/heartbeat.h"
#include "wire/metadata_records.h"

namespace millrace::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int> values(Bytes bytes) {
  std::vector<int> values;
  for (const std::byte b : bytes) values.push_back(static_cast<int>(b));
  return values;
}

std::array<std::byte, 4> prefix(uint32_t size) {
  std::array<std::byte, 4> bytes;
  store_be(bytes.data(), size);
  return bytes;
}

TEST(FrameSize, is_taken_up_to_the_limit_and_not_beyond) {
  EXPECT_EQ(frame_size(prefix(1000), 1000), 1000u);
  EXPECT_FALSE(frame_size(prefix(1001), 1000).has_value());
  EXPECT_FALSE(frame_size(prefix(0x7fff'ffff), 1000).has_value());
  EXPECT_FALSE(frame_size(prefix(0xffff'ffff), 1000).has_value()) << "negative";
}

TEST(HeaderVersion, follows_the_flexible_version_of_the_api) {
  EXPECT_EQ(request_header_version(ApiKey::fetch, 11), 1);
  EXPECT_EQ(request_header_version(ApiKey::fetch, 12), 2);
  EXPECT_EQ(response_header_version(ApiKey::fetch, 11), 0);
  EXPECT_EQ(response_header_version(ApiKey::fetch, 12), 1);
  EXPECT_EQ(request_header_version(ApiKey::sasl_handshake, 1), 1);
}

TEST(HeaderVersion, has_two_exceptions) {
  EXPECT_EQ(request_header_version(ApiKey::controlled_shutdown, 0), 0);
  EXPECT_EQ(request_header_version(ApiKey::api_versions, 3), 2);
  EXPECT_EQ(response_header_version(ApiKey::api_versions, 3), 0);
}

TEST(RequestHeader, is_read_in_both_shapes) {
  const Buffer old = to_buffer(as_bytes(std::string_view("\0\x03\0\x01\0\0\0\x07\0\x02me!", 13)));
  const Buffer flexible =
      to_buffer(as_bytes(std::string_view("\0\x03\0\x09\0\0\0\x08\xff\xff\x01\x63\x01x!", 15)));

  const auto first = decode_request_header(old);
  const auto second = decode_request_header(flexible);

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->api_key, ApiKey::metadata);
  EXPECT_EQ(first->api_version, 1);
  EXPECT_EQ(first->correlation_id, 7);
  EXPECT_EQ(first->client_id, "me");
  EXPECT_EQ(as_text(Bytes(old).subspan(first->size)), "!");
  EXPECT_EQ(second->client_id, std::nullopt);
  EXPECT_EQ(as_text(Bytes(flexible).subspan(second->size)), "!") << "its tagged field is skipped";
}

TEST(RequestHeader, of_an_unknown_key_is_read_as_far_as_anybody_can) {
  const Buffer frame = to_buffer(as_bytes(std::string_view("\x7f\x7f\0\x01\0\0\0\x07garbage", 15)));

  const auto header = decode_request_header(frame);

  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(name_of(header->api_key), "UnknownApi");
  EXPECT_EQ(header->correlation_id, 7);
}

TEST(RequestHeader, that_is_cut_is_an_error) {
  const Buffer whole = to_buffer(as_bytes(std::string_view("\0\x03\0\x09\0\0\0\x08\0\x01x\0", 12)));
  ASSERT_TRUE(decode_request_header(whole).has_value());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_request_header(Bytes(whole).first(size)).has_value()) << size;
  }
}

TEST(RequestFrame, is_read_by_the_other_side) {
  const HeartbeatRequest sent{
      .group_id = "g", .generation_id = GenerationId(3), .member_id = "m", .group_instance_id = {}};

  const auto frame = request_frame(sent, 4, 77, "tester");

  ASSERT_TRUE(frame.has_value());
  const Bytes all = frame->bytes;
  ASSERT_EQ(frame_size(all.first<4>(), 1000), all.size() - 4);
  const auto header = decode_request_header(all.subspan(4));
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->client_id, "tester");
  const auto got = decode<HeartbeatRequest>(all.subspan(4 + header->size), header->api_version);
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(*got, sent);
}

TEST(ResponseFrame, counts_the_records_that_are_sent_from_elsewhere) {
  FetchResponse response;
  response.responses = {{.topic = "t", .topic_id = {}, .partitions = {{}}}};
  response.responses[0].partitions[0].records = Records{.bytes = {}, .elsewhere = 5000};

  const auto frame = response_frame<FetchRequest>(response, 11, 9);

  ASSERT_TRUE(frame.has_value());
  ASSERT_EQ(frame->gaps.size(), 1u);
  EXPECT_EQ(frame->gaps[0].position, frame->bytes.size()) << "v11 ends with the records";
  EXPECT_EQ(load_be<int32_t>(frame->bytes.data()),
            static_cast<int>(frame->bytes.size()) - 4 + 5000);
}

TEST(ResponseFrame, of_api_versions_keeps_the_oldest_header) {
  const auto frame = response_frame<ApiVersionsRequest>({}, 3, 1);

  ASSERT_TRUE(frame.has_value());
  EXPECT_THAT(values(frame->bytes), ElementsAre(0, 0, 0, 12, 0, 0, 0, 1, /* error */ 0, 0,
                                                /* keys */ 1, /* throttle */ 0, 0, 0, 0, 0));
  const auto header =
      decode_response_header(ApiKey::api_versions, 3, Bytes(frame->bytes).subspan(4));
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->correlation_id, 1);
  EXPECT_EQ(header->size, 4u);
}

TEST(ErrorCode, has_kafkas_names) {
  EXPECT_EQ(name_of(ErrorCode::unknown_server_error), "UNKNOWN_SERVER_ERROR");
  EXPECT_EQ(name_of(ErrorCode::none), "NONE");
  EXPECT_EQ(name_of(ErrorCode::unsupported_version), "UNSUPPORTED_VERSION");
  EXPECT_EQ(name_of(ErrorCode{9999}), "UNKNOWN_ERROR_CODE");
  EXPECT_EQ(name_of(ErrorCode{-2}), "UNKNOWN_ERROR_CODE");
  EXPECT_TRUE(is_retriable(ErrorCode::not_leader_or_follower));
  EXPECT_FALSE(is_retriable(ErrorCode::message_too_large));
}

TEST(MetadataRecord, is_framed_as_kafka_does) {
  const FeatureLevelRecord sent{.name = "metadata.version", .feature_level = 29};

  const auto value = metadata_value(sent);

  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(as_text(*value), std::string_view("\x01\x0c\0\x11metadata.version\0\x1d\0", 23));
  const auto header = decode_metadata_header(*value);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->type, FeatureLevelRecord::message.key);
  EXPECT_EQ(metadata_record<FeatureLevelRecord>(*header, *value), sent);
}

TEST(MetadataRecord, of_another_frame_version_is_refused) {
  EXPECT_THAT(decode_metadata_header(as_bytes("\x02\x0c\x01")).error().message(),
              HasSubstr("frame version 2"));
  EXPECT_THAT(decode_metadata_header(as_bytes("\x01\xff\xff\x7f\x01")).error().message(),
              HasSubstr("type 2097151"));
  EXPECT_FALSE(decode_metadata_header(as_bytes("\x01\x0c")).has_value());
}

}  // namespace
}  // namespace millrace::wire
