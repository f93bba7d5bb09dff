#include "apps/record_format.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <simdjson.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/listing.h"

namespace millrace::apps {
namespace {

constexpr std::string_view tokens = "tpokKsSThR%";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Reads the escape whose backslash stands at `at` and moves `at` to its last character.
Result<char> read_escape(std::string_view format, size_t& at) {
  auto left = format.size() - at;
  char letter = left > 1 ? format[at + 1] : '\0';
  ++at;
  switch (letter) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '0':
      return '\0';
    case '\\':
      return '\\';
    case 'x': {
      int high = left > 3 ? hex_digit(format[at + 1]) : -1;
      int low = left > 3 ? hex_digit(format[at + 2]) : -1;
      if (high < 0 || low < 0) break;
      at += 2;
      return static_cast<char>(high * 16 + low);
    }
    default:
      break;
  }
  return fail(Errc::invalid_argument,
              fmt::format("-f {}: there are \\n \\t \\r \\0 \\\\ and \\xNN", format));
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                               reinterpret_cast<const unsigned char*>(bytes.data()),
                               static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                               reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<size_t>(length) - padding);
  return bytes;
}

void append_bytes(std::string_view name, const NullableBytes& bytes, std::string& out) {
  auto into = std::back_inserter(out);
  if (!bytes) {
    fmt::format_to(into, ",\"{}\":null", name);
    return;
  }
  auto text = as_text(*bytes);
  if (simdjson::validate_utf8(text.data(), text.size())) {
    fmt::format_to(into, ",\"{}\":{}", name, json_string(text));
  } else {
    fmt::format_to(into, ",\"{}_base64\":\"{}\"", name, base64(text));
  }
}

void append_header_list(const Headers& headers, std::string& out) {
  for (size_t i = 0; i < headers.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{}{}={}", i == 0 ? "" : ",", headers[i].name,
                   headers[i].value.value_or(""));
  }
}

void append_token(char token, const RawRecord& record, std::string& out) {
  auto into = std::back_inserter(out);
  switch (token) {
    case 't':
      out += record.topic;
      break;
    case 'p':
      fmt::format_to(into, "{}", record.partition);
      break;
    case 'o':
      fmt::format_to(into, "{}", record.offset);
      break;
    case 'k':
      out += as_text(record.key.value_or(Bytes()));
      break;
    case 's':
      out += as_text(record.value.value_or(Bytes()));
      break;
    // Kafka's lengths: −1 tells a null from an empty text.
    case 'K':
      fmt::format_to(into, "{}", record.key ? std::ssize(*record.key) : -1);
      break;
    case 'S':
      fmt::format_to(into, "{}", record.value ? std::ssize(*record.value) : -1);
      break;
    case 'T':
      fmt::format_to(into, "{}", record.timestamp);
      break;
    case 'h':
      append_header_list(record.headers, out);
      break;
    case 'R': {
      std::byte length[4];
      store_be(length, static_cast<int32_t>(record.value ? std::ssize(*record.value) : -1));
      out += as_text(length);
      break;
    }
    default:
      out += token;
  }
}

/// The text under `name`, or the bytes under "<name>_base64".
Result<std::optional<std::string>> text_of(const nlohmann::json& object, const std::string& name) {
  if (auto coded = object.find(name + "_base64"); coded != object.end() && coded->is_string()) {
    auto bytes = from_base64(coded->get<std::string>());
    if (!bytes) return fail(Errc::invalid_argument, name + "_base64 is no base64");
    return bytes;
  }
  auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::optional<std::string>();
  if (found->is_string()) return std::optional(found->get<std::string>());
  return std::optional(found->dump());  // a number or an object is sent as its JSON
}

}  // namespace

Result<RecordFormat> RecordFormat::parse(std::string_view format) {
  RecordFormat parsed;
  std::string literal;
  auto end_literal = [&] {
    if (!literal.empty()) parsed.parts_.emplace_back(std::move(literal));
    literal.clear();
  };
  for (size_t at = 0; at < format.size(); ++at) {
    if (format[at] == '\\') {
      MR_TRY(char escaped, read_escape(format, at));
      literal += escaped;
    } else if (format[at] != '%') {
      literal += format[at];
    } else {
      char letter = at + 1 < format.size() ? format[++at] : ' ';
      if (letter == 'v' || letter == 'V') letter = letter == 'v' ? 's' : 'S';
      if (tokens.find(letter) == std::string_view::npos) {
        return fail(Errc::invalid_argument,
                    fmt::format("-f {}: there are %t topic, %p partition, %o offset, %k key, %s "
                                "value, %T timestamp, %h headers, %K and %S lengths, %R, %%",
                                format));
      }
      end_literal();
      parsed.parts_.emplace_back(letter);
    }
  }
  end_literal();
  return parsed;
}

void RecordFormat::append(const RawRecord& record, std::string& out) const {
  for (const Part& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      out += *literal;
    } else {
      append_token(std::get<char>(part), record, out);
    }
  }
}

void append_json(const RawRecord& record, std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 "{{\"topic\":{},\"partition\":{},\"offset\":{},\"timestamp\":{}",
                 json_string(record.topic), record.partition, record.offset, record.timestamp);
  append_bytes("key", record.key, out);
  append_bytes("value", record.value, out);
  out += ",\"headers\":[";
  for (size_t i = 0; i < record.headers.size(); ++i) {
    const Header& header = record.headers[i];
    fmt::format_to(std::back_inserter(out), "{}[{},{}]", i == 0 ? "" : ",",
                   json_string(header.name),
                   header.value ? json_string(*header.value) : std::string("null"));
  }
  out += "]}\n";
}

Result<JsonRecord> parse_json_record(std::string_view line) {
  auto object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return fail(Errc::invalid_argument, "a JSON object is wanted");
  JsonRecord record;
  MR_TRY(record.key, text_of(object, "key"));
  MR_TRY(record.value, text_of(object, "value"));
  auto headers = object.find("headers");
  if (headers == object.end() || headers->is_null()) return record;
  bool is_list = headers->is_array();
  for (const auto& pair : is_list ? *headers : nlohmann::json::array()) {
    is_list = is_list && pair.is_array() && pair.size() == 2 && pair[0].is_string() &&
              (pair[1].is_string() || pair[1].is_null());
    if (!is_list) break;
    record.headers.push_back(
        {pair[0].get<std::string>(),
         pair[1].is_null() ? std::nullopt : std::optional(pair[1].get<std::string>())});
  }
  if (!is_list) return fail(Errc::invalid_argument, "headers are a list of [name, value]");
  return record;
}

}  // namespace millrace::apps
