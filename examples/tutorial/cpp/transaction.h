#pragma once

#include <millrace/client.h>

struct Transaction {
  std::string user_id;
  double amount = 0;
  std::string location;
  int64_t timestamp = 0;  // seconds since 1970
};
MILLRACE_FIELDS(Transaction, user_id, amount, location, timestamp)
