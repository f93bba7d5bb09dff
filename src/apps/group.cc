#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "apps/client_flags.h"
#include "apps/commands.h"
#include "apps/listing.h"
#include "base/text.h"

namespace millrace::apps {
namespace {

Result<Exit> list_groups(const Arguments& arguments, Console& console) {
  MR_TRY(auto admin, connected_admin(arguments, console));
  MR_TRY(auto groups, admin.groups());
  Listing listing({{"group", "GROUP"}, {"state", "STATE"}});
  for (const GroupListing& group : groups) listing.add({group.name, group.state});
  auto format = arguments.text_or("--format", "table");
  if (listing.empty() && format == "table") {
    console.say("no consumer groups yet; try: millrace consume TOPIC -g GROUP");
    return Exit::ok;
  }
  return listing.print(console, format);
}

/// One partition that the group has committed or is assigned.
struct Row {
  TopicPartition partition;
  std::optional<Offset> committed;
  Offset end;
  std::string member;  ///< empty: nobody

  std::optional<int64_t> lag() const {
    if (!committed) return std::nullopt;
    return std::max<int64_t>(0, end - *committed);
  }
};

Result<std::vector<Row>> rows_of(Admin& admin, const GroupDescription& group) {
  std::map<TopicPartition, Row> rows;
  MR_TRY(auto committed, admin.committed(group.name));
  for (const auto& place : committed) {
    TopicPartition partition{place.topic, place.partition};
    auto offset = place.offset >= Offset(0) ? std::optional(place.offset) : std::nullopt;
    rows[partition] = {partition, offset, Offset(0), ""};
  }
  for (const GroupMember& member : group.members) {
    for (const TopicPartition& partition : member.assigned) {
      Row& row = rows[partition];
      row.partition = partition;
      row.member = fmt::format("{} ({})", member.client_id, member.host);
    }
  }
  std::vector<Row> ordered;
  for (auto& [partition, row] : rows) {
    MR_TRY(auto range, admin.offsets(partition));
    row.end = range.end;
    ordered.push_back(std::move(row));
  }
  return ordered;
}

Listing listing_of(const std::vector<Row>& rows) {
  Listing listing({{"topic", "TOPIC"},
                   {"partition", "PARTITION"},
                   {"committed", "COMMITTED"},
                   {"end_offset", "END"},
                   {"lag", "LAG"},
                   {"member", "MEMBER"}});
  for (const Row& row : rows) {
    Listing::Cell committed;
    Listing::Cell lag;
    if (row.committed) committed = row.committed->value();
    if (row.lag()) lag = *row.lag();
    auto member = row.member.empty() ? Listing::Cell() : Listing::Cell(row.member);
    listing.add({row.partition.topic, int64_t{row.partition.partition.value()}, committed,
                 row.end.value(), lag, member});
  }
  return listing;
}

Result<Exit> describe_groups(const Arguments& arguments, Console& console) {
  auto format = arguments.text_or("--format", "table");
  if (format != "table" && format != "json") {
    return fail(Errc::invalid_argument, fmt::format("-f {}: there are table and json", format));
  }
  MR_TRY(auto admin, connected_admin(arguments, console));
  MR_TRY(auto groups, admin.groups());
  for (auto name : arguments.operands()) {
    if (std::ranges::find(groups, name, &GroupListing::name) == groups.end()) {
      std::vector<std::string_view> names;
      for (const GroupListing& group : groups) names.push_back(group.name);
      return fail(Errc::not_found, fmt::format("no group '{}'{}", name, did_you_mean(name, names)));
    }
    MR_TRY(auto group, admin.group(std::string(name)));
    MR_TRY(auto rows, rows_of(admin, group));
    int64_t lag = 0;
    for (const Row& row : rows) lag += row.lag().value_or(0);
    if (format == "json") {
      auto lines = listing_of(rows).json_lines();
      std::ranges::replace(lines, '\n', ',');
      if (!lines.empty()) lines.pop_back();
      console.print(
          fmt::format("{{\"group\":{},\"state\":{},\"assignor\":{},\"members\":{},\"lag\":{},"
                      "\"partitions\":[{}]}}\n",
                      json_string(group.name), json_string(group.state),
                      json_string(group.assignor), group.members.size(), lag, lines));
    } else {
      console.print(fmt::format("GROUP {}   STATE {}   MEMBERS {}   LAG {}\n\n{}", group.name,
                                group.state, group.members.size(), lag, listing_of(rows).table()));
    }
  }
  return Exit::ok;
}

}  // namespace

Command group_list_command() {
  return {.name = "group list",
          .summary = "list the consumer groups",
          .flags = with_client_flags({listing_format_flag()}),
          .examples = {{"millrace group list", "name and state"}},
          .run = list_groups};
}

Command group_describe_command() {
  return {.name = "group describe",
          .summary = "show a group's members, committed offsets and lag",
          .operands = "GROUP...",
          .min_operands = 1,
          .max_operands = 10'000,
          .flags = with_client_flags({listing_format_flag()}),
          .examples = {{"millrace group describe fraud", "by partition"},
                       {"millrace group describe fraud -f json", "for a script"}},
          .run = describe_groups};
}

}  // namespace millrace::apps
