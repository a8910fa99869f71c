#include "model/text/code_pages.hpp"

#include <array>
#include <initializer_list>
#include <string_view>
#include <unordered_map>

#include "model/text/tables.hpp"

namespace lacuna::text {
namespace {

constexpr unsigned char kLost = 0x1A;
using Bytes = std::unordered_map<char32_t, char>;  // from 0x80 on

std::array<Bytes, kCodePages> make_bytes() {
  std::array<Bytes, kCodePages> pages;
  for (std::size_t i = 0; i < 128; ++i) {
    const auto byte = static_cast<char>(0x80 + i);
    pages[kLatin1][static_cast<char32_t>(0x80 + i)] = byte;
    for (std::size_t page = 1; page < kCodePages; ++page)
      pages[page][kCodePageTables[page - 1].upper_half[i]] = byte;
  }
  return pages;
}

// A set of bytes: pairs of first and last.
struct Range {
  unsigned char first, last;
};
using Set = std::initializer_list<Range>;

bool is_one_of(char c, Set set) {
  const auto byte = static_cast<unsigned char>(c);
  for (const auto& [first, last] : set)
    if (byte >= first && byte <= last) return true;
  return false;
}

bool fits(std::string_view bytes, std::initializer_list<Set> sets) {
  if (bytes.size() < sets.size()) return false;
  std::size_t at = 0;
  for (const auto& set : sets)
    if (!is_one_of(bytes[at++], set)) return false;
  return true;
}

// How long the sequence is at the beginning of `bytes` that were UTF-8 with A0 for its space; 0 for
// none.
std::size_t altered_size(std::string_view bytes) {
  const Range space{' ', ' '}, any{0x80, 0xBF};
  const Range f0{0xF0, 0xF0};
  if (fits(bytes,
           {{{0xC2, 0xC3}, {0xC5, 0xC5}, {0xCE, 0xCE}, {0xD0, 0xD0}, {0xD9, 0xD9}}, {space}}))
    return 2;
  // Bytes that stand for an ellipsis and a space of their own are no part of such a sequence.
  if (fits(bytes, {{{0xE2, 0xE3}}, {space}, {{0x80, 0x84}, {0x86, 0x9F}, {0xA1, 0xBF}}}) ||
      fits(bytes, {{{0xE0, 0xE3}}, {{0x80, 0x84}, {0x86, 0x9F}, {0xA1, 0xBF}}, {space}}))
    return 3;
  return fits(bytes, {{f0}, {space}, {any}, {any}}) || fits(bytes, {{f0}, {any}, {space}, {any}}) ||
                 fits(bytes, {{f0}, {any}, {any}, {space}})
             ? 4
             : 0;
}

// How long the damaged sequence is at the beginning of `bytes`; 0 for none.
std::size_t lossy_size(std::string_view bytes) {
  const Range lost{kLost, kLost}, question{'?', '?'}, any{0x80, 0xBF};
  const Range ed{0xED, 0xED}, high{0xA0, 0xAF}, low{0xB0, 0xBF}, three{0xE0, 0xEF},
      four{0xF0, 0xF4};
  if (fits(bytes, {{{0xC2, 0xDF}}, {lost}}) || fits(bytes, {{{0xC2, 0xC3}}, {question}})) return 2;
  if (fits(bytes, {{ed}, {high}, {lost, question}, {ed}, {low}, {lost, question, any}}) ||
      fits(bytes, {{ed}, {high}, {lost, question, any}, {ed}, {low}, {lost, question}}))
    return 6;
  if (fits(bytes, {{three}, {lost, question}, {lost, any}}) ||
      fits(bytes, {{three}, {lost, any}, {lost, question}}))
    return 3;
  if (fits(bytes, {{four}, {lost, question}, {lost, any}, {lost, any}}) ||
      fits(bytes, {{four}, {lost, any}, {lost, question}, {lost, any}}) ||
      fits(bytes, {{four}, {lost, any}, {lost, any}, {lost, question}}))
    return 4;
  return fits(bytes, {{lost}}) ? 1 : 0;
}

// "Ã " is a word of its own, "à", unless it begins one of Portuguese.
std::string restore_words(const std::string& bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    out.push_back(bytes[at]);
    if (bytes.compare(at, 2, "\xC3 ") != 0) continue;
    const auto rest = std::string_view(bytes).substr(at + 2);
    bool word = true;
    for (const std::string_view other : {" ", "quele", "quela", "quilo", "s "})
      word = word && !rest.starts_with(other);
    if (word) out.push_back('\xA0');
  }
  return out;
}

std::size_t decode_variant(std::string_view bytes, char32_t& c) {
  // The second: where the bytes end in a line break, ftfy's expression takes C0 before it for a cut
  // one.
  if (bytes.starts_with("\xC0\x80") || bytes == "\xC0\n") {
    c = 0;
    return 2;
  }
  const Range ed{0xED, 0xED}, any{0x80, 0xBF};
  if (!fits(bytes, {{ed}, {{0xA0, 0xAF}}, {any}, {ed}, {{0xB0, 0xBF}}, {any}})) return 0;
  const auto bits = [&](std::size_t i, unsigned mask) {
    return static_cast<char32_t>(static_cast<unsigned char>(bytes[i]) & mask);
  };
  c = (bits(1, 0xF) << 16) + (bits(2, 0x3F) << 10) + (bits(4, 0xF) << 6) + bits(5, 0x3F) + 0x10000;
  return 6;
}

}  // namespace

bool is_sloppy(std::size_t page) { return page != kLatin1 && kCodePageTables[page - 1].sloppy; }

std::optional<std::string> encode(const Text& text, std::size_t page) {
  static const auto bytes = make_bytes();
  const bool sloppy = is_sloppy(page);
  std::string out;
  out.reserve(text.size());
  for (const auto c : text) {
    if (sloppy && (c == kLost || c == 0xFFFD)) {
      if (c == kLost) return std::nullopt;
      out.push_back(static_cast<char>(kLost));
    } else if (c < 0x80) {
      out.push_back(static_cast<char>(c));
    } else {
      const auto found = bytes[page].find(c);
      if (found == bytes[page].end()) return std::nullopt;
      out.push_back(found->second);
    }
  }
  return out;
}

char32_t as_windows_1252(char32_t c) {
  return c >= 0x80 && c <= 0x9F ? kCodePageTables[0].upper_half[c - 0x80] : c;
}

std::string restore_spaces(std::string bytes) {
  const auto altered = [&](std::size_t at) {
    return altered_size(std::string_view(bytes).substr(at));
  };
  std::size_t first = 0;
  while (first < bytes.size() && altered(first) == 0) ++first;
  if (first == bytes.size()) return bytes;
  bytes = restore_words(bytes);
  for (std::size_t at = 0; at < bytes.size();) {
    const auto size = altered(at);
    for (std::size_t i = at; i < at + size; ++i)
      if (bytes[i] == ' ') bytes[i] = '\xA0';
    at += size == 0 ? 1 : size;
  }
  return bytes;
}

std::string replace_lossy(const std::string& bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto size = lossy_size(std::string_view(bytes).substr(at));
    if (size == 0)
      out.push_back(bytes[at++]);
    else
      out += "\xEF\xBF\xBD";
    at += size;
  }
  return out;
}

std::optional<Text> decode(const std::string& bytes) {
  Text out;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto rest = std::string_view(bytes).substr(at);
    char32_t c = 0;
    auto size = decode_one(rest, c);
    if (size == 0) size = decode_variant(rest, c);
    if (size == 0) return std::nullopt;
    out.push_back(c);
    at += size;
  }
  return out;
}

}  // namespace lacuna::text
