#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "fraud/money.h"

namespace millrace::fraud {

/// A card transaction, as the tutorial has it.
struct Transaction {
  std::string id = {};  ///< the source's own; empty when it has none
  std::string user_id = {};
  Money amount = {};
  std::string location = {};  ///< may be empty
  Timestamp time = {};        ///< when it happened (event time)

  bool operator==(const Transaction&) const = default;
};

/// Limits on what a transaction from outside may look like.
struct TransactionLimits {
  size_t json_bytes = 64 << 10;
  size_t text_bytes = 256;  ///< of the user, the location and the id, each
};

/// A record's place in the log.
struct Position {
  std::string_view topic;
  PartitionId partition;
  Offset offset;
};

/// Reads {"user_id", "amount", "location", "timestamp"} and, where there is one, the transaction's
/// id ("transaction_id", "tx_id" or "id"). Ids and the location may be text or number, the amount a
/// number or text, the timestamp whatever parse_timestamp takes; other fields are ignored; location
/// may be missing. Errors name the field: `invalid_argument`, `limit_exceeded`.
Result<Transaction> decode_transaction(std::string_view json, TransactionLimits limits = {});

/// One JSON object with the fields above; "transaction_id" only when there is one.
std::string encode_transaction(const Transaction& transaction);

/// `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

}  // namespace millrace::fraud
