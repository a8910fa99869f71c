#include "model/text/html.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string>
#include <unordered_map>

#include "model/text/code_pages.hpp"
#include "model/text/tables.hpp"

namespace lacuna::text {
namespace {

// "amp;" and, where that is allowed, "amp" -> "&".
using Names = std::unordered_map<std::string, Text>;

Text parse_code_points(std::string_view hex) {
  Text out;
  for (const char *at = hex.data(), *end = at + hex.size(); at < end; ++at) {
    std::uint32_t value = 0;
    at = std::from_chars(at, end, value, 16).ptr;
    out.push_back(value);
  }
  return out;
}

Names read_names() {
  Names names;
  std::istringstream words{std::string(kHtmlNames)};
  for (std::string name, hex; words >> name >> hex;) {
    const auto value = parse_code_points(hex);
    if (name.ends_with('*')) {
      name.pop_back();
      names.emplace(name, value);
    }
    names.emplace(name + ';', value);
  }
  return names;
}

const Names& names() {
  static const Names all = read_names();
  return all;
}

// The longest name, at least two characters of `reference`, with which it begins; how long it is.
std::size_t longest_name(std::string_view reference) {
  for (auto size = reference.size(); size > 1; --size)
    if (names().contains(std::string(reference.substr(0, size)))) return size;
  return 0;
}

Text upper(const Text& text) {
  // The characters of HTML's names whose capitals are several.
  static const std::unordered_map<char32_t, Text> longer{
      {U'\u00DF', U"SS"}, {U'\u0149', U"\u02BCN"}, {U'\uFB00', U"FF"}, {U'\uFB01', U"FI"},
      {U'\uFB02', U"FL"}, {U'\uFB03', U"FFI"},     {U'\uFB04', U"FFL"}};
  Text out;
  for (const auto c : text) {
    const auto found = longer.find(c);
    out += found != longer.end() ? found->second : Text{simple_upper(c)};
  }
  return out;
}

// Names in capitals, where no name of HTML is meant.
Names read_capital_names() {
  Names capitals;
  for (const auto& [name, value] : names()) {
    if (!name.ends_with(';') ||
        std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
      continue;
    auto capital = name;
    for (auto& c : capital) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (longest_name(capital) == 0) capitals.emplace(capital, upper(value));
  }
  return capitals;
}

const Names& capital_names() {
  static const Names all = read_capital_names();
  return all;
}

bool is_decimal(char32_t c) { return c >= '0' && c <= '9'; }
bool is_hexadecimal(char32_t c) {
  return is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_alphanumeric(char32_t c) {
  return is_decimal(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool may_be_in_name(char32_t c) {
  return std::u32string_view(U"\t\n\f <&#;").find(c) == std::u32string_view::npos;
}

// HTML's rules for numbers that are no characters.
Text character_of(char32_t number) {
  if (number == 0 || (number >= 0xD800 && number <= 0xDFFF) || number > 0x10FFFF) return U"\uFFFD";
  const bool is_invalid =
      (number < 0x20 && number != '\t' && number != '\n' && number != '\f' && number != '\r') ||
      number == 0x7F || (number >= 0xFDD0 && number <= 0xFDEF) || (number & 0xFFFE) == 0xFFFE;
  return is_invalid ? Text() : Text{as_windows_1252(number)};
}

std::size_t count(const Text& text, std::size_t at, bool (*belongs)(char32_t),
                  std::size_t limit = Text::npos) {
  std::size_t n = 0;
  while (n < limit && at + n < text.size() && belongs(text[at + n])) ++n;
  return n;
}

// Appends what the reference stands for whose number begins at `at`; the end of it, or 0 for none.
std::size_t append_number(const Text& text, std::size_t at, Text& out) {
  const bool hexadecimal = at < text.size() && (text[at] == 'x' || text[at] == 'X');
  if (hexadecimal) ++at;
  const auto digits = count(text, at, hexadecimal ? is_hexadecimal : is_decimal);
  if (digits == 0) return 0;
  char32_t number = 0;
  for (const auto end = at + digits; at < end; ++at) {
    const auto digit = is_decimal(text[at]) ? text[at] - '0' : (text[at] | 0x20) - 'a' + 10;
    number = std::min<char32_t>(number * (hexadecimal ? 16 : 10) + digit, 0x110000);
  }
  out += character_of(number);
  return at < text.size() && text[at] == ';' ? at + 1 : at;
}

// The same for the name that begins at `at`; text that is no name is appended as it is.
std::size_t append_name(const Text& text, std::size_t at, Text& out) {
  constexpr std::size_t longest = 32;
  auto size = count(text, at, may_be_in_name, longest);
  if (size == 0) return 0;
  if (at + size < text.size() && text[at + size] == ';') ++size;
  std::string ascii;
  for (auto i = at; i < at + size && text[i] < 0x80; ++i)
    ascii.push_back(static_cast<char>(text[i]));
  const auto known = longest_name(ascii);
  if (known == 0)
    out.push_back('&');
  else
    out += names().at(ascii.substr(0, known));
  out.append(text, at + known, size - known);
  return at + size;
}

}  // namespace

Text unescape_html(const Text& text) {
  if (text.find('&') == Text::npos) return text;
  Text out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = 0;
    if (text[at] == '&' && at + 1 < text.size())
      end = text[at + 1] == '#' ? append_number(text, at + 2, out) : append_name(text, at + 1, out);
    if (end == 0) {
      out.push_back(text[at]);
      end = at + 1;
    }
    at = end;
  }
  return out;
}

Text unescape_clear_html(const Text& text) {
  constexpr std::size_t longest = 24;
  if (text.find('&') == Text::npos) return text;
  Text out;
  for (std::size_t at = 0; at < text.size();) {
    const bool number = text[at] == '&' && at + 1 < text.size() && text[at + 1] == '#';
    const auto begin = at + (number ? 2 : 1);
    const auto size = text[at] == '&' ? count(text, begin, is_alphanumeric, longest) : 0;
    const auto end = begin + size;
    if (size == 0 || end >= text.size() || text[end] != ';') {
      out.push_back(text[at++]);
      continue;
    }
    const auto whole = text.substr(at, end + 1 - at);
    at = end + 1;
    if (number) {
      const auto plain = unescape_html(whole);
      out += plain.find(';') == Text::npos ? plain : whole;
      continue;
    }
    const auto name = to_utf8(whole).substr(1);
    if (const auto found = names().find(name); found != names().end())
      out += found->second;
    else if (const auto capital = capital_names().find(name); capital != capital_names().end())
      out += capital->second;
    else
      out += whole;
  }
  return out;
}

}  // namespace lacuna::text
