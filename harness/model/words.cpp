#include "model/words.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace lacuna {

namespace {

using CodePoint = utf8proc_int32_t;
using Text = std::vector<CodePoint>;

Text decode(const std::string& text) {
  Text out;
  out.reserve(text.size());
  const auto* data = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  for (utf8proc_ssize_t at = 0; at < size;) {
    CodePoint c = 0;
    const auto used = utf8proc_iterate(data + at, size - at, &c);
    out.push_back(used > 0 ? c : 0xFFFD);
    at += std::max<utf8proc_ssize_t>(used, 1);
  }
  return out;
}

// Unicode's White_Space, as \s of the reference's regular expressions.
bool is_space(CodePoint c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}
bool is_letter(CodePoint c) {
  const auto category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}
bool is_number(CodePoint c) {
  const auto category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

bool is_cased(CodePoint c) {
  const auto category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LT;
}
// Unicode's Case_Ignorable, as far as categories tell.
bool is_case_ignorable(CodePoint c) {
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return c == '\'' || c == '.' || c == ':' || c == 0xB7 || c == 0x2018 || c == 0x2019 ||
             c == 0x2024 || c == 0x2027;
  }
}

// A capital sigma that ends a word has a lower case of its own.
bool is_final_sigma(const Text& text, std::size_t at) {
  auto before = at;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  auto after = at + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

// Whitespace runs to one space, none at the ends, lower case.
Text clean(const Text& text) {
  Text collapsed;
  for (const auto c : text) {
    if (!is_space(c))
      collapsed.push_back(c);
    else if (!collapsed.empty() && collapsed.back() != ' ')
      collapsed.push_back(' ');
  }
  if (!collapsed.empty() && collapsed.back() == ' ') collapsed.pop_back();

  Text out;
  for (std::size_t at = 0; at < collapsed.size(); ++at) {
    const auto c = collapsed[at];
    if (c == 0x130)  // the one letter whose lower case is two code points
      out.insert(out.end(), {'i', 0x307});
    else
      out.push_back(c == 0x3A3 && is_final_sigma(collapsed, at) ? 0x3C2 : utf8proc_tolower(c));
  }
  return out;
}

// Whether `text` goes on with `word` at `at`. The reference ignores case: a long s is an s.
bool matches(const Text& text, std::size_t at, std::string_view word) {
  return text.size() - at >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin() + static_cast<long>(at),
                    [](char w, CodePoint c) { return (c == 0x17F ? 's' : c) == w; });
}

// The end of the word that begins at `at`, by the reference's pattern
// <\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
std::size_t word_end(const Text& text, std::size_t at) {
  for (const auto word : {kStartOfText, kEndOfText, std::string_view("'s"), std::string_view("'t"),
                          std::string_view("'re"), std::string_view("'ve"), std::string_view("'m"),
                          std::string_view("'ll"), std::string_view("'d")})
    if (matches(text, at, word)) return at + word.size();
  if (is_number(text[at])) return at + 1;
  const bool letters = is_letter(text[at]);
  const auto goes_on = [&](CodePoint c) {
    return letters ? is_letter(c) : !is_space(c) && !is_letter(c) && !is_number(c);
  };
  while (at < text.size() && goes_on(text[at])) ++at;
  return at;
}

}  // namespace

void append_utf8(std::string& text, char32_t code_point) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto size = utf8proc_encode_char(static_cast<CodePoint>(code_point), bytes.data());
  text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

std::vector<std::string> split_words(const std::string& raw) {
  const auto text = clean(decode(raw));
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    auto& word = words.emplace_back();
    for (const auto end = word_end(text, at); at < end; ++at)
      append_utf8(word, static_cast<char32_t>(text[at]));
  }
  return words;
}

}  // namespace lacuna
