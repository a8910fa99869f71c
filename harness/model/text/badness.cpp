#include "model/text/badness.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "model/text/tables.hpp"

namespace lacuna::text {
namespace {

using Classes = std::uint32_t;  // one bit a class

constexpr Classes bit(CharacterClass one) { return Classes{1} << static_cast<unsigned>(one); }

using enum CharacterClass;
constexpr auto kCommon = bit(common), kC1 = bit(c1), kBad = bit(bad), kLaw = bit(law),
               kCurrency = bit(currency), kStart = bit(start_punctuation),
               kEnd = bit(end_punctuation), kNumeric = bit(numeric), kKaomoji = bit(kaomoji),
               kUpper = bit(upper_accented), kLower = bit(lower_accented),
               kUpperCommon = bit(upper_common), kLowerCommon = bit(lower_common), kBox = bit(box);

std::vector<Classes> make_classes() {
  std::vector<Classes> classes(0x10000);
  for (const auto& [name, members] : kCharacterClasses) {
    for (std::size_t at = 0; at < members.size(); ++at) {
      auto c = members[at];
      auto last = c;
      if (at + 2 < members.size() && members[at + 1] == '-') last = members[at += 2];
      for (; c <= last; ++c) classes[c] |= bit(name);
    }
  }
  return classes;
}

Classes classes_of(char32_t c) {
  static const auto classes = make_classes();
  return c < classes.size() ? classes[c] : 0;
}

constexpr char32_t kNothing = 0x110000;  // beyond the end: in no class

bool is_one_of(char32_t c, std::u32string_view set) { return set.find(c) != set.npos; }
bool is_lower_latin(char32_t c) { return c >= 'a' && c <= 'z'; }
bool is_latin(char32_t c) { return is_lower_latin(c) || (c >= 'A' && c <= 'Z'); }

// A character with two after it, and their classes.
struct Window {
  char32_t a, b, c;
  Classes in_a, in_b, in_c;
};

// Pairs and triples of classes that do not go together.
bool classes_clash(const Window& w) {
  const auto is = [&](Classes a, Classes b) { return (w.in_a & a) != 0 && (w.in_b & b) != 0; };
  const auto are = [&](Classes a, Classes b, Classes c) { return is(a, b) && (w.in_c & c) != 0; };
  constexpr auto beside_bad = kLower | kUpper | kBox | kStart | kEnd | kCurrency | kNumeric | kLaw;
  return (w.in_a & kC1) != 0 || is(beside_bad | kBad, kBad) || is(kBad, beside_bad) ||
         is(kLower | kLowerCommon | kBox | kEnd | kCurrency | kNumeric, kUpper) ||
         is(kBox | kEnd | kCurrency | kNumeric, kLower) || is(kLower | kBox | kEnd, kCurrency) ||
         is(kUpper | kBox, kNumeric | kLaw) ||
         are(kLower | kUpper | kBox | kCurrency | kEnd, kStart, kNumeric) ||
         are(kLower | kUpper | kCurrency | kNumeric | kBox | kLaw, kEnd, kStart) ||
         is(kCurrency | kNumeric | kBox, kStart) || is(kBox, kKaomoji | kEnd) ||
         is(kLower | kUpper | kCurrency | kNumeric | kStart | kEnd | kLaw, kBox);
}

// The same with plain letters and spaces among them.
bool letters_clash(const Window& w) {
  const auto is_in_c = [&](Classes classes) { return (w.in_c & classes) != 0; };
  if (is_latin(w.a) && (w.in_b & (kLowerCommon | kUpperCommon)) != 0 && is_in_c(kBad)) return true;
  if ((w.in_b & kUpper) != 0) {
    if (is_python_space(w.a) && is_in_c(kCurrency)) return true;
    if (is_lower_latin(w.a) && is_in_c(kStart | kCurrency)) return true;
  }
  return (w.in_a & (kLower | kUpper)) != 0 && (w.in_b & (kStart | kEnd)) != 0 && w.c != kNothing &&
         is_word_character(w.c);
}

// Sequences that Windows-1252 makes.
bool is_windows_1252(const Window& w) {
  if (is_one_of(w.a, U"Œœ") && w.b != kNothing && !is_latin(w.b)) return true;
  if ((w.in_a & kUpper) != 0 && w.b == U'°') return true;
  if (is_one_of(w.a, U"ÂÃÎÐ") &&
      ((w.in_b & (kStart | kEnd)) != 0 || is_one_of(w.b, U"€œŠš¢£Ÿž\u00A0\u00AD®©°·»–—´")))
    return true;
  if (w.a == U'×' && is_one_of(w.b, U"²³")) return true;
  if (w.a == U'à' && is_one_of(w.b, U"²µ¹¼½¾")) return true;
  if (w.a == U'Ã' && is_one_of(w.b, U"\u00A0¡")) return true;
  return w.b == U'Â' && (is_lower_latin(w.a) || is_one_of(w.a, U".,?!") || (w.in_a & kEnd) != 0) &&
         (w.c == ' ' || (w.in_c & (kStart | kEnd)) != 0);
}

bool is_macroman(const Window& w) {
  if (w.a == U'√') return is_one_of(w.b, U"±∂†≠®™´≤≥¥µø");
  if (w.a == U'≈') return is_one_of(w.b, U"°¢");
  return w.a == U'\u201A' && ((w.b == U'Ä' && is_one_of(w.c, U"ìîïòôúùû†°¢π")) ||
                              (is_one_of(w.b, U"âó") && is_one_of(w.c, U"àä°ê")));
}

// Sequences that Windows-1251, -1253 and -1257 make. Their letters are Cyrillic and Greek.
bool is_other_windows(const Window& w) {
  constexpr std::u32string_view cyrillic = U"\u0412\u0413\u0420\u0421",
                                greek = U"\u0392\u0393\u039E\u039F";
  const bool between = (w.in_b & (kC1 | kBad | kStart | kEnd | kCurrency)) != 0 || w.b == U'°';
  if (is_one_of(w.a, cyrillic) && is_one_of(w.c, cyrillic) && (between || w.b == U'µ')) return true;
  if (is_one_of(w.a, greek) && is_one_of(w.c, greek) && between) return true;
  return (w.a == U'\u0432' && w.b == U'\u0402') || (w.a == U'\u0101' && w.b == U'€') ||
         (w.a == U'\u03B2' && w.b == U'€' && is_one_of(w.c, U"™\u00A0\u0386\u00AD®°"));
}

// Sequences of more than three characters, and the beginning of the text.
bool is_longer_sequence(const Text& text, std::size_t at) {
  const auto get = [&](std::size_t i) { return at + i < text.size() ? text[at + i] : kNothing; };
  const auto of_arabic = [&](std::size_t i) {
    constexpr auto classes = kCommon | kCurrency | kBad | kNumeric | kStart;
    return is_one_of(get(i), U"ØÙ") &&
           ((classes_of(get(i + 1)) & classes) != 0 || is_one_of(get(i + 1), U"ŸŠ®°µ»"));
  };
  const auto lone_letter = [&](std::size_t i) {
    return is_one_of(get(i), U"ÃÂ") && get(i + 1) == ' ';
  };
  if (of_arabic(0) && of_arabic(2)) return true;
  if (is_lower_latin(get(0)) && (lone_letter(1) || (is_python_space(get(1)) && lone_letter(2))))
    return true;
  if (at == 0 && lone_letter(0)) return true;
  return text.compare(at, 5, U"\u0413\u045E\u0412\u0402\u0412") == 0 && get(5) != '\n' &&
         (is_latin(get(6)) || get(6) == ' ');
}

}  // namespace

bool is_bad(const Text& text) {
  const auto get = [&](std::size_t i) { return i < text.size() ? text[i] : kNothing; };
  Window w{.a = get(0), .b = get(1), .c = get(2), .in_a = 0, .in_b = 0, .in_c = 0};
  w.in_a = classes_of(w.a), w.in_b = classes_of(w.b), w.in_c = classes_of(w.c);
  for (std::size_t at = 0; at < text.size(); ++at) {
    // No sequence begins with three characters that are in no class.
    if ((w.in_a | w.in_b | w.in_c) != 0 &&
        (classes_clash(w) || letters_clash(w) || is_windows_1252(w) || is_macroman(w) ||
         is_other_windows(w) || is_longer_sequence(text, at)))
      return true;
    const auto next = get(at + 3);
    w = {w.b, w.c, next, w.in_b, w.in_c, classes_of(next)};
  }
  return false;
}

std::pair<std::size_t, std::size_t> find_utf8_run(const Text& text, std::size_t from) {
  const auto is = [&](std::size_t i, CharacterClass one) {
    return i < text.size() && (classes_of(text[i]) & bit(one)) != 0;
  };
  // No character leads sequences of two lengths.
  const auto sequence = [&](std::size_t at) -> std::size_t {
    const std::size_t size = is(at, lead_of_2)   ? 2
                             : is(at, lead_of_3) ? 3
                             : is(at, lead_of_4) ? 4
                                                 : 0;
    for (std::size_t i = 1; i < size; ++i)
      if (!is(at + i, continuation)) return 0;
    return size;
  };
  for (auto at = from; at < text.size(); ++at) {
    if (at > 0 && is(at - 1, continuation_strict)) continue;
    auto end = at;
    while (const auto size = sequence(end)) end += size;
    if (end > at) return {at, end};
  }
  return {text.size(), text.size()};
}

}  // namespace lacuna::text
