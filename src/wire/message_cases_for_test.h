#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "wire/message.h"

namespace millrace::wire {

/// One message type for tests that treat them all alike. The templates are expanded in the .cc
/// files only, so that the tests themselves compile in no time.
struct MessageCase {
  Message message;

  /// A random instance of the version, encoded.
  Result<Buffer> (*random)(uint64_t seed, Version version);
  /// Whether that instance, decoded again, equals itself.
  bool (*comes_back)(uint64_t seed, Version version);
  struct Reading {
    std::string values;  ///< in wire order, in the notation of golden.txt
    Buffer encoded_again;
  };
  Result<Reading> (*read)(Bytes bytes, Version version);
};

// In the order of the lists in all_messages.h.
std::vector<MessageCase> data_message_cases();
std::vector<MessageCase> group_message_cases();
std::vector<MessageCase> admin_message_cases();
std::vector<MessageCase> metadata_record_cases();

}  // namespace millrace::wire
