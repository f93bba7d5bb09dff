#include "apps/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/commands.h"

namespace millrace::apps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Command> table() {
  auto nothing = [](const Arguments&, Console&) -> Result<Exit> { return Exit::ok; };
  return {
      {.name = "broker",
       .summary = "run one",
       .flags = {{.name = "--data", .value = "DIR"}},
       .run = nothing},
      {.name = "topic create",
       .summary = "make topics",
       .operands = "TOPIC...",
       .min_operands = 1,
       .max_operands = 2,
       .flags = with_client_flags({{.name = "--partitions", .letter = 'p', .value = "N"},
                                   {.name = "--if-not-exists", .letter = 'i'},
                                   listing_format_flag()}),
       .examples = {{"millrace topic create t", "one"}},
       .run = nothing},
      {.name = "topic list", .summary = "show topics", .run = nothing},
  };
}

Invocation parse(std::vector<std::string_view> words) {
  static const auto commands = table();
  return parse_command_line(words, commands);
}

TEST(CommandLine, takes_flags_in_every_usual_spelling) {
  for (auto words : std::vector<std::vector<std::string_view>>{
           {"topic", "create", "t", "--partitions", "3", "-i"},
           {"topic", "create", "--partitions=3", "t", "--if-not-exists"},
           {"topic", "create", "-ip3", "t"},
           {"topic", "create", "-p", "3", "-i", "--", "t"}}) {
    auto invocation = parse(words);
    ASSERT_NE(invocation.command, nullptr) << invocation.text;
    EXPECT_EQ(invocation.arguments.text("--partitions"), "3");
    EXPECT_TRUE(invocation.arguments.has("--if-not-exists"));
    EXPECT_THAT(invocation.arguments.operands(), ElementsAre("t"));
  }
}

TEST(CommandLine, keeps_every_value_of_a_repeated_flag) {
  auto invocation = parse({"topic", "create", "t", "-X", "a=1", "-Xb=2"});
  ASSERT_NE(invocation.command, nullptr) << invocation.text;
  EXPECT_THAT(invocation.arguments.all("--property"), ElementsAre("a=1", "b=2"));
}

TEST(CommandLine, answers_a_typing_slip_with_the_nearest_right_word) {
  struct {
    std::vector<std::string_view> words;
    std::string_view hint;
  } slips[] = {{{"brokr"}, "did you mean broker?"},
               {{"topic", "creat", "t"}, "did you mean create?"},
               {{"topic", "create", "t", "--partition", "2"}, "did you mean --partitions?"},
               {{"topic", "create", "t", "-o", "json"}, "the output format is -f"}};
  for (const auto& slip : slips) {
    auto invocation = parse(slip.words);
    EXPECT_EQ(invocation.command, nullptr);
    EXPECT_EQ(invocation.exit, Exit::usage);
    EXPECT_THAT(invocation.text, HasSubstr(slip.hint));
  }
}

TEST(CommandLine, refuses_what_a_command_cannot_use) {
  for (auto words : std::vector<std::vector<std::string_view>>{
           {},
           {"topic"},
           {"topic", "create"},
           {"topic", "create", "a", "b", "c"},
           {"topic", "create", "t", "--partitions"},
           {"topic", "create", "t", "-p", "1", "-p", "2"},
           {"topic", "create", "t", "--if-not-exists=yes"},
           {"topic", "create", "t", "--partitions=1", "-Z"}}) {
    auto invocation = parse(words);
    EXPECT_EQ(invocation.command, nullptr);
    EXPECT_EQ(invocation.exit, Exit::usage);
    EXPECT_FALSE(invocation.text.empty());
  }
}

TEST(CommandLine, shows_help_wherever_it_is_asked_for) {
  for (auto words : std::vector<std::vector<std::string_view>>{
           {"topic", "create", "--help"}, {"topic", "create", "-h"}, {"help", "topic", "create"}}) {
    auto invocation = parse(words);
    EXPECT_EQ(invocation.exit, Exit::ok);
    EXPECT_THAT(invocation.text, HasSubstr("usage: millrace topic create TOPIC... [FLAGS]"));
    EXPECT_THAT(invocation.text, HasSubstr("millrace topic create t"));
    EXPECT_THAT(invocation.text, HasSubstr("-p, --partitions N"));
  }
  EXPECT_THAT(parse({"--help"}).text, HasSubstr("topic list"));
  EXPECT_THAT(parse({"topic", "--help"}).text, HasSubstr("make topics"));
}

TEST(Arguments, name_the_flag_whose_value_is_wrong) {
  auto invocation = parse({"topic", "create", "t", "--partitions", "many", "--timeout", "soon"});
  ASSERT_NE(invocation.command, nullptr) << invocation.text;
  auto number = invocation.arguments.integer("--partitions", 1, 10);
  ASSERT_FALSE(number);
  EXPECT_EQ(number.error().context, "--partitions many: a number from 1 to 10 is wanted");
  EXPECT_FALSE(invocation.arguments.duration("--timeout"));
  EXPECT_EQ(invocation.arguments.integer("--brokers", 1, 2).value(), std::nullopt);
}

TEST(AllCommands, teach_by_examples_and_have_unique_flags) {
  for (const Command& command : all_commands()) {
    SCOPED_TRACE(command.name);
    EXPECT_FALSE(command.summary.empty());
    EXPECT_FALSE(command.examples.empty());
    EXPECT_TRUE(command.run);
    std::vector<std::string_view> names = {"--help", "--quiet", "--verbose", "--no-color"};
    std::string letters = "hqv";
    for (const Flag& flag : command.flags) {
      EXPECT_THAT(names, testing::Not(testing::Contains(flag.name)));
      names.push_back(flag.name);
      EXPECT_EQ(flag.letter == 0 ? std::string::npos : letters.find(flag.letter), std::string::npos)
          << flag.letter;
      if (flag.letter != 0) letters += flag.letter;
    }
  }
}

}  // namespace
}  // namespace millrace::apps
