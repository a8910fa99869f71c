#include "model/tokenizer.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <utf8proc.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "lacuna/error.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

constexpr std::size_t kClipMerges = 48894;
constexpr std::int64_t kWordEnd = 256;  // from a byte symbol to the same with "</w>"
constexpr std::int64_t kFirstMerge = 512;

using CodePoint = utf8proc_int32_t;
using Text = std::vector<CodePoint>;

void append_utf8(std::string& out, CodePoint c) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto size = utf8proc_encode_char(c, bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

// CLIP's byte alphabet: a printable character for each byte, and the order of those in the
// vocabulary.
struct ByteAlphabet {
  std::array<std::int64_t, 256> id{};  // byte -> token id
  std::vector<std::string> symbols;    // token id -> character
};

ByteAlphabet make_byte_alphabet() {
  const auto printable = [](int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
  };
  ByteAlphabet alphabet;
  const auto add = [&](int byte, CodePoint character) {
    alphabet.id[static_cast<std::size_t>(byte)] =
        static_cast<std::int64_t>(alphabet.symbols.size());
    append_utf8(alphabet.symbols.emplace_back(), character);
  };
  for (int byte = 0; byte < 256; ++byte)
    if (printable(byte)) add(byte, byte);
  CodePoint next = 256;
  for (int byte = 0; byte < 256; ++byte)
    if (!printable(byte)) add(byte, next++);
  return alphabet;
}

const ByteAlphabet& byte_alphabet() {
  static const ByteAlphabet alphabet = make_byte_alphabet();
  return alphabet;
}

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

// Whether `text` goes on with `word` at `at`. The reference ignores case, so a long s counts as an
// s.
bool matches(const Text& text, std::size_t at, std::string_view word) {
  return text.size() - at >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin() + static_cast<long>(at),
                    [](char w, CodePoint c) { return (c == 0x17F ? 's' : c) == w; });
}

constexpr std::string_view kStart = "<|startoftext|>", kEnd = "<|endoftext|>";

// The end of the word that begins at `at`, by the reference's pattern
// <\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
std::size_t word_end(const Text& text, std::size_t at) {
  for (const auto word : {kStart, kEnd, std::string_view("'s"), std::string_view("'t"),
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

std::vector<std::string> split_words(const std::string& raw) {
  const auto text = clean(decode(raw));
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    auto& word = words.emplace_back();
    for (const auto end = word_end(text, at); at < end; ++at) append_utf8(word, text[at]);
  }
  return words;
}

std::uint64_t pair_key(std::int64_t left, std::int64_t right) {
  return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint64_t>(right);
}

std::vector<std::string> read_lines(const std::filesystem::path& path, std::size_t limit) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file || std::filesystem::is_directory(path))
    throw ConfigError(
        fmt::format("{}: cannot be read (a file of merges, plain or gzip)", path.string()));
  std::vector<std::string> lines;
  std::array<char, 4096> buffer{};
  while (lines.size() < limit && gzgets(file.get(), buffer.data(), buffer.size()) != nullptr) {
    auto& line = lines.emplace_back(buffer.data());
    if (line.size() + 1 == buffer.size())
      throw ConfigError(
          fmt::format("{}: line {} is too long for a merge", path.string(), lines.size()));
    while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
  }
  int error = Z_OK;
  const char* reason = gzerror(file.get(), &error);
  if (error != Z_OK && error != Z_STREAM_END)
    throw ConfigError(
        fmt::format("{}: damaged or truncated gzip file ({})", path.string(), reason));
  return lines;
}

}  // namespace

Tokenizer::Tokenizer(std::vector<std::pair<std::string, std::string>> merges)
    : merges_(std::move(merges)) {
  if (merges_.size() > kClipMerges)
    throw ConfigError(fmt::format("{} merges: more than CLIP's {}", merges_.size(), kClipMerges));
  std::unordered_map<std::string, std::int64_t> ids;
  std::int64_t id = 0;
  for (const auto& symbol : byte_alphabet().symbols) {
    ids[symbol] = id;
    ids[symbol + "</w>"] = kWordEnd + id++;
  }
  const auto find = [&](std::size_t rank, const std::string& symbol) {
    const auto found = ids.find(symbol);
    if (found == ids.end())
      throw ConfigError(
          fmt::format("merge {} (\"{} {}\"): \"{}\" is neither a byte nor an earlier merge",
                      rank + 1, merges_[rank].first, merges_[rank].second, symbol));
    return found->second;
  };
  ranks_.reserve(merges_.size());
  for (std::size_t rank = 0; rank < merges_.size(); ++rank) {
    const auto& [left, right] = merges_[rank];
    if (!ranks_.emplace(pair_key(find(rank, left), find(rank, right)), rank).second)
      throw ConfigError(
          fmt::format("merge {} (\"{} {}\"): was given before", rank + 1, left, right));
    const auto merged = kFirstMerge + static_cast<std::int64_t>(rank);
    ids[left + right] = merged;
    merged_.push_back(merged);
  }
}

Tokenizer Tokenizer::load(const std::filesystem::path& path) {
  const auto lines = read_lines(path, kClipMerges + 1);
  if (lines.empty() || lines.front().find("#version") == std::string::npos)
    throw ConfigError(fmt::format(
        "{}: is not a merge file (its first line should say #version: 0.2)", path.string()));
  std::vector<std::pair<std::string, std::string>> merges;
  for (std::size_t n = 1; n < lines.size(); ++n) {
    const auto& line = lines[n];
    const auto space = line.find(' ');
    if (space == std::string::npos || space == 0 || space + 1 == line.size() ||
        line.find(' ', space + 1) != line.npos)
      throw ConfigError(fmt::format(
          "{}: line {} is not a merge (two symbols with one space between)", path.string(), n + 1));
    merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  try {
    return Tokenizer(std::move(merges));
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

void Tokenizer::save(const std::filesystem::path& path) const {
  std::string text = "#version: 0.2\n";
  for (const auto& [left, right] : merges_)
    text.append(left).append(" ").append(right).append("\n");
  write_file_atomically(path, text);
}

Tokenizer::Symbols Tokenizer::merge_word(Symbols word, std::vector<bool>* used) const {
  while (word.size() > 1) {
    auto best = merges_.size();
    for (std::size_t i = 0; i + 1 < word.size(); ++i)
      if (const auto found = ranks_.find(pair_key(word[i], word[i + 1])); found != ranks_.end())
        best = std::min(best, found->second);
    if (best == merges_.size()) break;
    if (used != nullptr) (*used)[best] = true;

    Symbols next;
    for (std::size_t i = 0; i < word.size(); ++i) {
      const auto found =
          i + 1 < word.size() ? ranks_.find(pair_key(word[i], word[i + 1])) : ranks_.end();
      const bool merge = found != ranks_.end() && found->second == best;
      next.push_back(merge ? merged_[best] : word[i]);
      i += merge ? 1 : 0;
    }
    word = std::move(next);
  }
  return word;
}

Tokenizer::Symbols Tokenizer::encode(const std::string& text,
                                     std::unordered_map<std::string, Symbols>& words,
                                     std::vector<bool>* used) const {
  Symbols tokens;
  for (const auto& word : split_words(text)) {
    auto known = words.find(word);
    if (known == words.end()) {
      Symbols symbols;
      for (const char c : word)
        symbols.push_back(byte_alphabet().id[static_cast<unsigned char>(c)]);
      symbols.back() += kWordEnd;
      if (word == kStart) symbols = {start_of_text()};
      if (word == kEnd) symbols = {end_of_text()};
      known = words.emplace(word, merge_word(std::move(symbols), used)).first;
    }
    tokens.insert(tokens.end(), known->second.begin(), known->second.end());
  }
  return tokens;
}

std::vector<std::int64_t> Tokenizer::encode(const std::string& text) const {
  std::unordered_map<std::string, Symbols> words;
  return encode(text, words, nullptr);
}

at::Tensor Tokenizer::encode(const std::vector<std::string>& texts,
                             std::int64_t context_length) const {
  std::unordered_map<std::string, Symbols> words;
  std::vector<Symbols> rows;
  std::size_t length = 2;
  for (const auto& text : texts) {
    auto& row = rows.emplace_back(encode(text, words, nullptr));
    row.insert(row.begin(), start_of_text());
    row.push_back(end_of_text());
    if (row.size() > static_cast<std::size_t>(std::max<std::int64_t>(context_length, 0)))
      throw ConfigError(fmt::format(
          "text \"{}\": {} tokens with start and end do not fit the model's {} (shorten it)", text,
          row.size(), context_length));
    length = std::max(length, row.size());
  }
  auto tokens = at::zeros(
      {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(length)}, at::kLong);
  auto* out = tokens.mutable_data_ptr<std::int64_t>();
  for (const auto& row : rows) {
    std::copy(row.begin(), row.end(), out);
    out += length;
  }
  return tokens;
}

Tokenizer Tokenizer::reduced_to(const std::vector<std::string>& texts) const {
  std::unordered_map<std::string, Symbols> words;
  std::vector<bool> used(merges_.size(), false);
  for (const auto& text : texts) encode(text, words, &used);
  std::vector<std::pair<std::string, std::string>> merges;
  for (std::size_t rank = 0; rank < merges_.size(); ++rank)
    if (used[rank]) merges.push_back(merges_[rank]);
  return Tokenizer(std::move(merges));
}

}  // namespace lacuna
