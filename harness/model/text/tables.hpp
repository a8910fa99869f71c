// What scripts/make_text_tables.py wrote down: Unicode's changes, HTML's names, code pages, classes
// of mojibake.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lacuna::text {

struct CodePointRange {
  char32_t first, last;
};
// In order. Code points that Unicode 14 had not assigned, where the `regex` module's Unicode has
// assigned some of them, and which of them are letters and numbers in the `regex` module's Unicode.
// Of code points that Unicode 14 had, none has become or ceased to be one.
extern const std::array<CodePointRange, 87> kUnassignedIn14;
extern const std::array<CodePointRange, 76> kNewLetters;
extern const std::array<CodePointRange, 15> kNewNumbers;

// HTML's 2,125 named characters, each as its name and its code points in hexadecimal ("3C+20D2"),
// with white space between; "*" follows the 106 names that browsers take without a semicolon too.
extern const std::string_view kHtmlNames;

// What the bytes from 0x80 on stand for. Where `sloppy`, bytes that the code page leaves undefined
// stand for the control character of the same number.
struct CodePageTable {
  std::string_view name;
  bool sloppy;
  std::array<char16_t, 128> upper_half;
};
// In the order in which ftfy tries them, after Latin-1.
extern const std::array<CodePageTable, 9> kCodePageTables;

// The classes of characters by which ftfy 6.3.1 tells mojibake: those of its badness heuristic,
// then those that lead and continue UTF-8 sequences in some code page.
enum class CharacterClass : std::uint8_t {
  common,
  c1,
  bad,
  law,
  currency,
  start_punctuation,
  end_punctuation,
  numeric,
  kaomoji,
  upper_accented,
  lower_accented,
  upper_common,
  lower_common,
  box,
  lead_of_2,
  lead_of_3,
  lead_of_4,
  continuation,
  continuation_strict,
};
struct CharacterClassTable {
  CharacterClass name;
  std::u32string_view members;  // "a-c" is a range
};
extern const std::array<CharacterClassTable, 19> kCharacterClasses;

}  // namespace lacuna::text
