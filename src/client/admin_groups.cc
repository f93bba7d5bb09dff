#include <fmt/format.h>

#include <algorithm>

#include "client/admin_impl.h"

namespace millrace {

using namespace client;

namespace {

using GroupOffsetsHandle = std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t,
                                           CallDestroy<rd_kafka_ListConsumerGroupOffsets_destroy>>;
using DeleteGroupHandle =
    std::unique_ptr<rd_kafka_DeleteGroup_t, CallDestroy<rd_kafka_DeleteGroup_destroy>>;

GroupMember member_of(const rd_kafka_MemberDescription_t* from) {
  GroupMember member;
  member.id = rd_kafka_MemberDescription_consumer_id(from);
  member.client_id = rd_kafka_MemberDescription_client_id(from);
  member.host = rd_kafka_MemberDescription_host(from);
  const auto* assignment = rd_kafka_MemberDescription_assignment(from);
  for (auto& place : places_of(rd_kafka_MemberAssignment_partitions(assignment))) {
    member.assigned.push_back({std::move(place.topic), place.partition});
  }
  std::ranges::sort(member.assigned);
  return member;
}

}  // namespace

Result<std::vector<GroupListing>> Admin::groups() {
  MR_TRY(auto event,
         impl_->ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, "groups", [&](auto* o, auto* queue) {
           rd_kafka_ListConsumerGroups(impl_->kafka(), o, queue);
         }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_ListConsumerGroups_result(event.get());
  const auto** errors = rd_kafka_ListConsumerGroups_result_errors(result, &count);
  if (count > 0) {
    return fail(code_of(rd_kafka_error_code(errors[0])),
                fmt::format("groups: {}", rd_kafka_error_string(errors[0])));
  }
  const auto** listed = rd_kafka_ListConsumerGroups_result_valid(result, &count);
  std::vector<GroupListing> groups;
  for (std::size_t i = 0; i < count; ++i) {
    auto state = rd_kafka_ConsumerGroupListing_state(listed[i]);
    groups.push_back({rd_kafka_ConsumerGroupListing_group_id(listed[i]),
                      rd_kafka_consumer_group_state_name(state)});
  }
  std::ranges::sort(groups, {}, &GroupListing::name);
  return groups;
}

Result<GroupDescription> Admin::group(const std::string& name) {
  auto doing = fmt::format("group '{}'", name);
  MR_TRY(auto event,
         impl_->ask(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, doing, [&](auto* o, auto* queue) {
           const char* raw = name.c_str();
           rd_kafka_DescribeConsumerGroups(impl_->kafka(), &raw, 1, o, queue);
         }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConsumerGroups_result(event.get());
  const auto** groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count);
  if (count != 1) return fail(Errc::failed, fmt::format("{}: {} answers", doing, count));
  const auto* group = groups[0];
  if (const auto* error = rd_kafka_ConsumerGroupDescription_error(group); error != nullptr) {
    return fail(code_of(rd_kafka_error_code(error)),
                fmt::format("{}: {}", doing, rd_kafka_error_string(error)));
  }
  GroupDescription described;
  described.name = name;
  described.state =
      rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(group));
  described.assignor = rd_kafka_ConsumerGroupDescription_partition_assignor(group);
  for (std::size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(group); ++i) {
    described.members.push_back(member_of(rd_kafka_ConsumerGroupDescription_member(group, i)));
  }
  return described;
}

Result<std::vector<TopicPartitionOffset>> Admin::committed(const std::string& group) {
  auto doing = fmt::format("offsets of group '{}'", group);
  auto asked = GroupOffsetsHandle(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), nullptr));
  MR_TRY(auto event,
         impl_->ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, doing, [&](auto* o, auto* queue) {
           auto* raw = asked.get();
           rd_kafka_ListConsumerGroupOffsets(impl_->kafka(), &raw, 1, o, queue);
         }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_ListConsumerGroupOffsets_result(event.get());
  const auto** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
  if (count != 1) return fail(Errc::failed, fmt::format("{}: {} answers", doing, count));
  if (const auto* error = rd_kafka_group_result_error(groups[0]); error != nullptr) {
    return fail(code_of(rd_kafka_error_code(error)),
                fmt::format("{}: {}", doing, rd_kafka_error_string(error)));
  }
  auto places = places_of(rd_kafka_group_result_partitions(groups[0]));
  std::ranges::sort(places);
  return places;
}

Result<std::vector<GroupOffset>> Admin::lag(const std::string& group) {
  MR_TRY(auto places, committed(group));
  std::vector<GroupOffset> offsets;
  for (auto& place : places) {
    if (place.offset < Offset(0)) continue;  // asked for once, never committed
    TopicPartition partition{std::move(place.topic), place.partition};
    MR_TRY(auto range, this->offsets(partition));
    auto behind = std::max<int64_t>(0, range.end - place.offset);
    offsets.push_back({std::move(partition), place.offset, range.end, behind});
  }
  return offsets;
}

Result<void> Admin::delete_group(const std::string& name) {
  auto doing = fmt::format("group '{}'", name);
  auto unwanted = DeleteGroupHandle(rd_kafka_DeleteGroup_new(name.c_str()));
  MR_TRY(auto event, impl_->ask(RD_KAFKA_ADMIN_OP_DELETEGROUPS, doing, [&](auto* o, auto* queue) {
    auto* raw = unwanted.get();
    rd_kafka_DeleteGroups(impl_->kafka(), &raw, 1, o, queue);
  }));
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DeleteGroups_result(event.get());
  const auto** groups = rd_kafka_DeleteGroups_result_groups(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* error = rd_kafka_group_result_error(groups[i]);
    if (error == nullptr) continue;
    return fail(code_of(rd_kafka_error_code(error)),
                fmt::format("{}: {}", doing, rd_kafka_error_string(error)));
  }
  return {};
}

}  // namespace millrace
