#pragma once

#include <millrace/client.h>

struct UserEvent {
  std::string user_id, action;
  int64_t timestamp = 0;  // seconds since 1970
};
MILLRACE_FIELDS(UserEvent, user_id, action, timestamp)
