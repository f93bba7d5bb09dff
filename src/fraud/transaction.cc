#include "fraud/transaction.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <optional>

#include "base/text.h"
#include "fraud/timestamps.h"

namespace millrace::fraud {
namespace {

namespace od = simdjson::ondemand;

tl::unexpected<Error> bad_field(std::string_view name, std::string_view what) {
  return fail(Errc::invalid_argument, fmt::format("field {}: {}", name, what));
}

/// A string's content, or a number as it was written.
Result<std::string> text_of(std::string_view name, od::value value,
                            const TransactionLimits& limits) {
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return bad_field(name, "is malformed");
  std::string_view text;
  if (type == od::json_type::string) {
    if (value.get_string().get(text) != simdjson::SUCCESS) return bad_field(name, "is malformed");
  } else if (type == od::json_type::number) {
    text = trim(value.raw_json_token());
  } else {
    return bad_field(name, "must be text or a number");
  }
  if (text.size() > limits.text_bytes) {
    return fail(Errc::limit_exceeded, fmt::format("field {}: {} bytes are more than {}", name,
                                                  text.size(), limits.text_bytes));
  }
  return std::string(text);
}

/// What is known while the fields of one object go by.
struct Fields {
  std::optional<std::string> user_id, amount, location, timestamp, id;

  std::optional<std::string>* find(std::string_view name) {
    if (name == "user_id") return &user_id;
    if (name == "amount") return &amount;
    if (name == "location") return &location;
    if (name == "timestamp") return &timestamp;
    if (name == "transaction_id" || name == "tx_id" || name == "id") return &id;
    return nullptr;
  }
};

Result<Fields> read_fields(std::string_view json, const TransactionLimits& limits) {
  // The parser keeps its buffers; one a thread, since decoding is on the hot path.
  thread_local od::parser parser;
  thread_local std::string padded;
  padded.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  padded.assign(json);
  od::document document;
  od::object object;
  if (parser.iterate(padded.data(), padded.size(), padded.capacity()).get(document) ||
      document.get_object().get(object)) {
    return fail(Errc::invalid_argument, "not a JSON object");
  }
  Fields fields;
  for (auto entry : object) {
    od::field field;
    std::string_view name;
    if (std::move(entry).get(field) || field.unescaped_key().get(name)) {
      return fail(Errc::invalid_argument, "malformed JSON");
    }
    std::optional<std::string>* slot = fields.find(name);
    od::value& value = field.value();
    if (slot == nullptr || value.is_null()) continue;
    const std::string known(name);
    MR_TRY(*slot, text_of(known, value, limits));
  }
  const char* rest = nullptr;
  if (document.current_location().get(rest) == simdjson::SUCCESS)
    return fail(Errc::invalid_argument, "something follows the JSON object");
  return fields;
}

}  // namespace

Result<Transaction> decode_transaction(std::string_view json, TransactionLimits limits) {
  if (json.size() > limits.json_bytes) {
    return fail(Errc::limit_exceeded,
                fmt::format("{} bytes of JSON are more than {}", json.size(), limits.json_bytes));
  }
  MR_TRY(Fields fields, read_fields(json, limits));
  if (!fields.user_id || fields.user_id->empty()) return bad_field("user_id", "is missing");
  if (!fields.amount) return bad_field("amount", "is missing");
  if (!fields.timestamp) return bad_field("timestamp", "is missing");
  const auto amount = Money::parse(*fields.amount);
  if (!amount) return fail_at("field amount", amount.error());
  const auto time = parse_timestamp(*fields.timestamp);
  if (!time) return fail_at("field timestamp", time.error());
  return Transaction{.id = fields.id.value_or(""),
                     .user_id = std::move(*fields.user_id),
                     .amount = *amount,
                     .location = fields.location.value_or(""),
                     .time = *time};
}

std::string encode_transaction(const Transaction& transaction) {
  const std::string id = transaction.id.empty()
                             ? ""
                             : fmt::format(R"("transaction_id":{},)", json_string(transaction.id));
  return fmt::format(R"({{{}"user_id":{},"amount":{},"location":{},"timestamp":"{}"}})", id,
                     json_string(transaction.user_id), transaction.amount.text(),
                     json_string(transaction.location), format_timestamp(transaction.time));
}

namespace {

/// Length of the well-formed UTF-8 sequence at the front of `text`; 0 when there is none.
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xC2 ? 0
                        : lead < 0xE0 ? 2
                        : lead < 0xF0 ? 3
                        : lead < 0xF5 ? 4
                                      : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
  if (lead == 0xED && byte(1) > 0x9F) return 0;  // surrogates
  if (lead == 0xF0 && byte(1) < 0x90) return 0;  // overlong
  if (lead == 0xF4 && byte(1) > 0x8F) return 0;  // beyond U+10FFFF
  return length;
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    const size_t length = utf8_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += text.front();
    } else if (c < 0x20) {
      out += fmt::format("\\u{:04x}", c);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  out += '"';
  return out;
}

}  // namespace millrace::fraud
