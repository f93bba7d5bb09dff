#include "wire/make_cases_for_test.h"

namespace millrace::wire {

std::vector<MessageCase> data_message_cases() {
  return make_cases(DataMessages{});
}

}  // namespace millrace::wire
