#include "model/text/tokenizer.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string_view>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"
#include "model/text/unicode.hpp"
#include "model/text/words.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

constexpr std::size_t kClipMerges = 48894;
constexpr std::int64_t kWordEnd = 256;  // from a byte symbol to the same with "</w>"
constexpr std::int64_t kFirstMerge = 512;
constexpr std::size_t kLongestLine = 4000;

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
  const auto add = [&](int byte, char32_t character) {
    alphabet.id[static_cast<std::size_t>(byte)] =
        static_cast<std::int64_t>(alphabet.symbols.size());
    text::append_utf8(alphabet.symbols.emplace_back(), character);
  };
  for (int byte = 0; byte < 256; ++byte)
    if (printable(byte)) add(byte, static_cast<char32_t>(byte));
  char32_t next = 256;
  for (int byte = 0; byte < 256; ++byte)
    if (!printable(byte)) add(byte, next++);
  return alphabet;
}

const ByteAlphabet& byte_alphabet() {
  static const ByteAlphabet alphabet = make_byte_alphabet();
  return alphabet;
}

std::uint64_t pair_key(std::int64_t left, std::int64_t right) {
  return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint64_t>(right);
}

// Unpacked from memory: zlib's own reader of files takes an interrupted read for a damaged file.
std::string unzipped(std::string bytes) {
  if (!bytes.starts_with("\x1f\x8b")) return bytes;
  z_stream stream{};
  if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK && out.size() < kMostText) {
    const auto at = out.size();
    out.resize(at + (1 << 20));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + at);
    stream.avail_out = 1 << 20;
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  if (state != Z_OK && state != Z_STREAM_END)
    throw ConfigError(fmt::format("damaged or truncated gzip file ({})", zError(state)));
  return out;
}

// Throws ConfigError("reason").
std::vector<std::string> read_lines(const std::filesystem::path& path, std::size_t limit) {
  const auto text =
      unzipped(RegularFile(path, "a file of merges, plain or gzip", kMostText).read());
  std::vector<std::string> lines;
  for (std::string_view rest = text; !rest.empty() && lines.size() < limit;) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.size() > kLongestLine)
      throw ConfigError(fmt::format("line {} is too long for a merge", lines.size() + 1));
    while (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
  }
  if (!lines.empty()) refuse_impostors(lines.front(), "a file of merges");
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
  try {
    const auto lines = read_lines(path, kClipMerges + 1);
    if (lines.empty() || lines.front().find("#version") == std::string::npos)
      throw ConfigError("is not a merge file (its first line should say #version: 0.2)");
    std::vector<std::pair<std::string, std::string>> merges;
    for (std::size_t n = 1; n < lines.size(); ++n) {
      const auto& line = lines[n];
      const auto space = line.find(' ');
      if (space == std::string::npos || space == 0 || space + 1 == line.size() ||
          line.find(' ', space + 1) != line.npos)
        throw ConfigError(
            fmt::format("line {} is not a merge (two symbols with one space between)", n + 1));
      merges.emplace_back(line.substr(0, space), line.substr(space + 1));
    }
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
      if (word == kStartOfText) symbols = {start_of_text()};
      if (word == kEndOfText) symbols = {end_of_text()};
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
          "text \"{}\": {} tokens with start and end do not fit the model's {} (a shorter "
          "text is needed, or a model that takes longer ones)",
          text, row.size(), context_length));
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
