#include "model/text/fix_text.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "model/text/code_pages.hpp"
#include "model/text/html.hpp"

namespace lacuna::text {
namespace {

constexpr std::size_t kLongestSegment = 1000000;

// What takes the place of one character, whatever stands around it.
std::unordered_map<char32_t, Text> make_replacements() {
  std::unordered_map<char32_t, Text> to{
      {U'\u0132', U"IJ"},      {U'\u0133', U"ij"}, {U'\u0149', U"\u02BCn"}, {U'\u01F1', U"DZ"},
      {U'\u01F2', U"Dz"},      {U'\u01F3', U"dz"}, {U'\u01C4', U"D\u017D"}, {U'\u01C5', U"D\u017E"},
      {U'\u01C6', U"d\u017E"}, {U'\u01C7', U"LJ"}, {U'\u01C8', U"Lj"},      {U'\u01C9', U"lj"},
      {U'\u01CA', U"NJ"},      {U'\u01CB', U"Nj"}, {U'\u01CC', U"nj"},      {U'\uFB00', U"ff"},
      {U'\uFB01', U"fi"},      {U'\uFB02', U"fl"}, {U'\uFB03', U"ffi"},     {U'\uFB04', U"ffl"},
      {U'\uFB05', U"\u017Ft"}, {U'\uFB06', U"st"}, {0x3000, U" "}};
  for (char32_t c = 0xFF01; c < 0xFFF0; ++c)
    if (auto plain = nfkc(c); plain != Text{c}) to.emplace(c, std::move(plain));
  for (const char32_t c : {0x2BC, 0x2018, 0x2019, 0x201A, 0x201B}) to.emplace(c, U"'");
  for (const char32_t c : {0x201C, 0x201D, 0x201E, 0x201F}) to.emplace(c, U"\"");
  for (const char32_t c : {0x2028, 0x2029}) to.emplace(c, U"\n");
  for (auto& [c, plain] : to)  // an apostrophe in a ligature is a quotation mark too
    for (auto& part : plain)
      if (const auto found = to.find(part); found != to.end()) part = found->second.front();
  return to;
}

// Windows-1252 for control characters of Latin-1; ligatures, widths, quotation marks and line
// breaks.
Text replace_characters(const Text& text) {
  static const auto replacements = make_replacements();
  Text out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto c = as_windows_1252(text[at]);
    if (c == '\r') {
      if (at + 1 < text.size() && text[at + 1] == '\n') continue;
      c = '\n';
    }
    const auto found = c < 0x80 ? replacements.end() : replacements.find(c);
    if (found == replacements.end())
      out.push_back(c);
    else
      out += found->second;
  }
  return out;
}

Text join_surrogates(const Text& text) {
  const auto is = [&](std::size_t at, char32_t first) {
    return at < text.size() && text[at] >= first && text[at] < first + 0x400;
  };
  Text out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is(at, 0xD800) && is(at + 1, 0xDC00)) {
      out.push_back(0x10000 + ((text[at] - 0xD800) << 10) + (text[at + 1] - 0xDC00));
      ++at;
    } else {
      out.push_back(is(at, 0xD800) || is(at, 0xDC00) ? 0xFFFD : text[at]);
    }
  }
  return out;
}

// The end of the escape sequence for a terminal (colours, …) that begins at `at`; `at` where there
// is none.
std::size_t escape_end(const Text& text, std::size_t at) {
  if (text.compare(at, 2, U"\u001B[") != 0) return at;
  auto end = at + 2;
  while (end < text.size() && (text[end] == ';' || is_digit(text[end]))) ++end;
  const bool letter = end < text.size() && ((text[end] >= 'a' && text[end] <= 'z') ||
                                            (text[end] >= 'A' && text[end] <= 'Z'));
  return letter ? end + 1 : at;
}

// Those that are no white space, no clue to an encoding and no part of how other characters are
// drawn.
bool is_useless_control(char32_t c) {
  return c <= 0x08 || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F ||
         (c >= 0x206A && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC);
}

Text remove_controls(const Text& text) {
  Text out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const auto end = escape_end(text, at); end > at) {
      at = end;
      continue;
    }
    if (!is_useless_control(text[at])) out.push_back(text[at]);
    ++at;
  }
  return out;
}

Text fix_segment(Text text, bool html) {
  while (true) {
    auto fixed = fix_encoding(html ? unescape_clear_html(text) : text);
    fixed = nfc(remove_controls(join_surrogates(replace_characters(fixed))));
    if (fixed == text) return text;
    text = std::move(fixed);
  }
}

}  // namespace

Text fix_text(const Text& text) {
  Text out;
  bool html = true;  // until there is a tag: then "&amp;" is meant as it stands
  for (std::size_t at = 0; at < text.size();) {
    const auto line_break = text.find('\n', at);
    const auto line_end = line_break == Text::npos ? text.size() : line_break + 1;
    auto segment = text.substr(at, std::min(line_end - at, kLongestSegment));
    at += segment.size();
    html = html && segment.find('<') == Text::npos;
    out += fix_segment(std::move(segment), html);
  }
  return out;
}

}  // namespace lacuna::text
