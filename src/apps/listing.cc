#include "apps/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/assert.h"

namespace millrace::apps {
namespace {

std::string shown(const Listing::Cell& cell) {
  struct {
    std::string operator()(std::monostate) const { return "-"; }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{:.1f}", number); }
    std::string operator()(bool yes) const { return yes ? "yes" : "no"; }
  } show;
  return std::visit(show, cell);
}

std::string as_json(const Listing::Cell& cell) {
  struct {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(const std::string& text) const { return json_string(text); }
    std::string operator()(int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(bool yes) const { return yes ? "true" : "false"; }
  } show;
  return std::visit(show, cell);
}

/// Columns on a terminal: a code point each.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (c & '\xC0') != '\x80'; }));
}

std::string padded(std::string_view text, size_t width, bool right) {
  std::string gap(width - std::min(width, width_of(text)), ' ');
  return right ? gap.append(text) : std::string(text) + gap;
}

}  // namespace

void Listing::add(std::vector<Cell> row) {
  MR_ASSERT(row.size() == columns_.size());
  rows_.push_back(std::move(row));
}

std::string Listing::table() const {
  std::vector<size_t> widths;
  std::vector<bool> right;
  for (size_t c = 0; c < columns_.size(); ++c) {
    size_t width = width_of(columns_[c].title);
    for (const auto& row : rows_) width = std::max(width, width_of(shown(row[c])));
    widths.push_back(width);
    right.push_back(std::ranges::any_of(rows_, [c](const auto& row) {
      return std::holds_alternative<int64_t>(row[c]) || std::holds_alternative<double>(row[c]);
    }));
  }
  std::string text;
  auto add_line = [&](auto&& cell_at) {
    std::string line;
    for (size_t c = 0; c < columns_.size(); ++c) {
      line += padded(cell_at(c), widths[c], right[c]);
      if (c + 1 < columns_.size()) line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add_line([&](size_t c) { return std::string(columns_[c].title); });
  for (const auto& row : rows_) {
    add_line([&](size_t c) { return shown(row[c]); });
  }
  return text;
}

std::string Listing::json_lines() const {
  std::string text;
  for (const auto& row : rows_) {
    text += '{';
    for (size_t c = 0; c < columns_.size(); ++c) {
      text += fmt::format("{}\"{}\":{}", c == 0 ? "" : ",", columns_[c].key, as_json(row[c]));
    }
    text += "}\n";
  }
  return text;
}

Result<Exit> Listing::print(Console& console, std::string_view format) const {
  if (format == "table") {
    console.print(table());
  } else if (format == "json") {
    console.print(json_lines());
  } else {
    return fail(Errc::invalid_argument, fmt::format("-f {}: there are table and json", format));
  }
  return Exit::ok;
}

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace millrace::apps
