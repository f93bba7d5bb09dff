#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "wire/api_key.h"
#include "wire/message_cases_for_test.h"

namespace millrace::wire {
namespace {

// Invariants checked, for every message at every version, over seeded random instances:
// - what is decoded equals what was encoded, and uses the last byte;
// - no prefix of the bytes decodes, and none reads outside (ASan);
// - a byte changed at random gives a message or an error, never more.
// And for golden.txt, bytes that Apache Kafka's own classes made (tests/wire/WireGolden.java):
// - we read the values that Kafka wrote, and write the same bytes.

std::vector<MessageCase> api_cases() {
  auto cases = data_message_cases();
  for (const auto& more : {group_message_cases(), admin_message_cases()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

std::vector<MessageCase> all_cases() {
  auto cases = api_cases();
  for (const auto& record : metadata_record_cases()) cases.push_back(record);
  return cases;
}

/// Calls `check(case, version)` for every message at every version, and says which it was when it
/// fails.
template <class F>
void for_each_version(F check) {
  for (const MessageCase& c : all_cases()) {
    for (Version v = c.message.versions.min; v <= c.message.versions.max; ++v) {
      SCOPED_TRACE(std::string(c.message.name) + " v" + std::to_string(v));
      check(c, v);
    }
  }
}

TEST(Messages, come_back_as_they_were_sent_in_every_version) {
  for_each_version([](const MessageCase& c, Version v) {
    for (uint64_t seed = 0; seed < 50; ++seed) EXPECT_TRUE(c.comes_back(seed, v)) << seed;
  });
}

TEST(Messages, are_refused_when_cut_anywhere_or_a_byte_too_long) {
  for_each_version([](const MessageCase& c, Version v) {
    Buffer bytes = c.random(1, v).value();
    for (size_t size = 0; size < bytes.size(); ++size) {
      const Buffer cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_FALSE(c.read(cut, v).has_value()) << size << " of " << bytes.size();
    }
    bytes.push_back(std::byte{0});
    EXPECT_FALSE(c.read(bytes, v).has_value()) << "one byte too many";
  });
}

TEST(Messages, survive_a_byte_that_changed) {
  for_each_version([](const MessageCase& c, Version v) {
    const Buffer bytes = c.random(2, v).value();
    std::mt19937_64 random(3);
    for (int i = 0; i < 200 && !bytes.empty(); ++i) {
      Buffer changed = bytes;
      changed[random() % changed.size()] = static_cast<std::byte>(random());
      const auto got = c.read(changed, v);
      EXPECT_TRUE(got || got.error().code == Errc::corrupt) << got.error().message();
    }
  });
}

Buffer from_hex(std::string_view text) {
  Buffer bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

struct GoldenLine {
  Buffer bytes;
  std::string values;
};

std::map<std::pair<std::string, Version>, GoldenLine> golden_lines() {
  std::map<std::pair<std::string, Version>, GoldenLine> lines;
  std::ifstream file(MILLRACE_WIRE_GOLDEN);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name, hex, values;
    Version version = 0;
    words >> name >> version >> hex;
    std::getline(words, values);
    lines[{name, version}] = {from_hex(hex == "=" ? "" : hex), values};
  }
  return lines;
}

TEST(Messages, are_read_and_written_as_kafkas_own_classes_do) {
  const auto golden = golden_lines();
  for_each_version([&](const MessageCase& c, Version v) {
    // Kafka's classes begin with v3 of Produce; what came before carried message sets.
    if (c.message.name.starts_with("Produce") && c.message.key == 0 && v < 3) return;
    const auto line = golden.find({std::string(c.message.name), v});
    ASSERT_TRUE(line != golden.end()) << "run tests/wire/WireGolden.java again";

    const auto got = c.read(line->second.bytes, v);

    ASSERT_TRUE(got.has_value()) << got.error().message();
    EXPECT_EQ(got->values, line->second.values);
    EXPECT_TRUE(got->encoded_again == line->second.bytes);
  });
}

TEST(Messages, agree_with_the_table_of_apis) {
  for (const MessageCase& c : api_cases()) {
    const ApiKey key{c.message.key};
    EXPECT_EQ(flexible_from(key), c.message.flexible_from) << c.message.name;
    EXPECT_THAT(c.message.name, testing::AnyOf(std::string(name_of(key)) + "Request",
                                               std::string(name_of(key)) + "Response"));
  }
}

}  // namespace
}  // namespace millrace::wire
