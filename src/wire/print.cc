#include "wire/print.h"

#include "wire/describe.h"

namespace millrace::wire {

void Printer::quoted(std::string_view value) {
  constexpr std::string_view digits = "0123456789abcdef";
  text_ += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f && c != '"' && c != '\\') {
      text_ += c;
    } else {
      text_ += "\\x";
      text_ += digits[byte >> 4];
      text_ += digits[byte & 15];
    }
  }
  text_ += '"';
}

std::string to_text(const std::vector<FieldSchema>& fields) {
  std::string text;
  for (const FieldSchema& field : fields) {
    text.append(2 * static_cast<size_t>(field.depth), ' ');
    text += field.name + ' ' + field.type;
    if (field.nullable) text += '?';
    if (field.tag >= 0) text += " tag " + std::to_string(field.tag);
    if (!field.default_value.empty()) text += " = " + field.default_value;
    text += '\n';
  }
  return text;
}

}  // namespace millrace::wire
