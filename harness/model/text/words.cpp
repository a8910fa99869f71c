#include "model/text/words.hpp"

#include <algorithm>

#include "model/text/clean.hpp"

namespace lacuna {
namespace {

using text::Text;

// Whether `line` goes on with `word` at `at`. The reference ignores case: a long s is an s.
bool matches(const Text& line, std::size_t at, std::string_view word) {
  return line.size() - at >= word.size() &&
         std::equal(
             word.begin(), word.end(), line.begin() + static_cast<long>(at),
             [](char w, char32_t c) { return (c == 0x17F ? 's' : c) == static_cast<char32_t>(w); });
}

// No letter, yet in no class of the reference either: without regard to case it is an iota.
constexpr char32_t kYpogegrammeni = 0x345;

bool is_no_word(char32_t c) { return text::is_space(c) || c == kYpogegrammeni; }

// The end of the word that begins at `at`, by the reference's pattern
// <\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
std::size_t word_end(const Text& line, std::size_t at) {
  for (const auto word : {kStartOfText, kEndOfText, std::string_view("'s"), std::string_view("'t"),
                          std::string_view("'re"), std::string_view("'ve"), std::string_view("'m"),
                          std::string_view("'ll"), std::string_view("'d")})
    if (matches(line, at, word)) return at + word.size();
  if (text::is_number(line[at])) return at + 1;
  const bool letters = text::is_letter(line[at]);
  const auto goes_on = [&](char32_t c) {
    return letters ? text::is_letter(c)
                   : !is_no_word(c) && !text::is_letter(c) && !text::is_number(c);
  };
  while (at < line.size() && goes_on(line[at])) ++at;
  return at;
}

}  // namespace

std::vector<std::string> split_words(const std::string& raw) {
  const auto cleaned = text::clean(raw);
  std::vector<std::string> words;
  for (std::size_t at = 0; at < cleaned.size();) {
    if (is_no_word(cleaned[at])) {
      ++at;
      continue;
    }
    const auto end = word_end(cleaned, at);
    words.push_back(text::to_utf8(std::u32string_view(cleaned).substr(at, end - at)));
    at = end;
  }
  return words;
}

}  // namespace lacuna
