#include "wire/make_cases_for_test.h"

namespace millrace::wire {

std::vector<MessageCase> group_message_cases() {
  return make_cases(GroupMessages{});
}

}  // namespace millrace::wire
