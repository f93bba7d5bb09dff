#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "millrace/json.h"

namespace millrace::json {
namespace {

// What stands after the backslash; 0 = no escape, 'u' = \u00XX.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}
constexpr auto escapes = make_escapes();

void append_escaped(Buffer& out, unsigned char c) {
  if (escapes[c] != 'u') {
    const char pair[] = {'\\', escapes[c]};
    return append(out, {pair, sizeof(pair)});
  }
  std::array<char, 6> text{};
  fmt::format_to(text.data(), FMT_COMPILE("\\u{:04x}"), static_cast<unsigned>(c));
  append(out, {text.data(), text.size()});
}

template <class T>
void append_number(Buffer& out, T value) {
  fmt::format_int text(value);
  append(out, {text.data(), text.size()});
}

}  // namespace

void append(Buffer& out, std::string_view raw) {
  auto bytes = as_bytes(raw);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_string(Buffer& out, std::string_view text) {
  append(out, "\"");
  std::size_t plain_from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (escapes[c] == 0) continue;
    append(out, text.substr(plain_from, i - plain_from));
    append_escaped(out, c);
    plain_from = i + 1;
  }
  append(out, text.substr(plain_from));
  append(out, "\"");
}

void append_integer(Buffer& out, int64_t value) {
  append_number(out, value);
}

void append_unsigned(Buffer& out, uint64_t value) {
  append_number(out, value);
}

bool append_double(Buffer& out, double value) {
  if (!std::isfinite(value)) return false;
  std::array<char, 32> text;
  auto* end = fmt::format_to(text.data(), FMT_COMPILE("{}"), value);
  std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
  append(out, digits);
  if (digits.find_first_of(".e") == std::string_view::npos) append(out, ".0");
  return true;
}

}  // namespace millrace::json
