#include "report/text_lines.hpp"

#include <algorithm>
#include <string_view>

namespace lacuna::report {
namespace {

// Columns on the screen: code points, which is right for every sign that the table itself uses.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string markdown_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += ' ';
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      if (std::string_view("\\`*_[]|#!").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, ' ');
  return text;
}

std::string plain_lines(std::vector<Line> lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      line[i] = printable(line[i]);
      widths[i] = std::max(widths[i], width(line[i]));
    }
  }
  std::string out;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string fill(widths[i] - width(line[i]), ' ');
      out += i == 0 ? line[i] + fill : "  " + fill + line[i];
    }
    out += '\n';
  }
  return out;
}

std::string markdown_lines(const std::vector<Line>& lines) {
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += '|';
    for (const auto& text : lines[i]) out += " " + markdown_escaped(text) + " |";
    out += '\n';
    if (i > 0) continue;
    out += "|---|";
    for (std::size_t j = 1; j < lines[i].size(); ++j) out += "---:|";
    out += '\n';
  }
  return out;
}

}  // namespace lacuna::report
