#include "wire/make_cases_for_test.h"

namespace millrace::wire {

std::vector<MessageCase> metadata_record_cases() {
  return make_cases(MetadataRecords{});
}

}  // namespace millrace::wire
