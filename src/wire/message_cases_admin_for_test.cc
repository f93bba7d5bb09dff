#include "wire/make_cases_for_test.h"

namespace millrace::wire {

std::vector<MessageCase> admin_message_cases() {
  return make_cases(AdminMessages{});
}

}  // namespace millrace::wire
