// CLIP's byte-pair encoding (Radford et al., 2021): lower-cased text, "</w>" word ends, start and
// end tokens.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lacuna {

// Vocabulary: 256 byte symbols, the same with "</w>", one per merge, start of text, end of text, in
// that order. With CLIP's 48,894 merges that is CLIP's own vocabulary of 49,408. Fewer merges give
// a smaller one of the same form.
class Tokenizer {
 public:
  // Merges in rank order, as pairs of symbols in CLIP's printable byte alphabet; at most CLIP's
  // 48,894. Throws ConfigError naming a merge whose parts are neither bytes nor earlier merges, or
  // that was given before.
  explicit Tokenizer(std::vector<std::pair<std::string, std::string>> merges);

  // Reads CLIP's merge file, plain or gzip: one header line, then "left right" lines; of CLIP's own
  // file (262,145 lines) the first 48,894 merges are in use. Throws ConfigError("<path>: reason").
  static Tokenizer load(const std::filesystem::path& path);
  // Writes a plain merge file that load() reads back. Atomic.
  void save(const std::filesystem::path& path) const;

  std::int64_t vocabulary_size() const { return static_cast<std::int64_t>(merges_.size()) + 514; }
  std::int64_t start_of_text() const { return vocabulary_size() - 2; }
  std::int64_t end_of_text() const { return vocabulary_size() - 1; }
  const std::vector<std::pair<std::string, std::string>>& merges() const { return merges_; }

  // Token ids of one text without start and end tokens. Text is cleaned as OpenAI's tokenizer does:
  // damage repaired as ftfy does (mojibake, ligatures, widths, control characters, …), HTML's
  // references replaced, white space runs to one space, lower case. Invalid UTF-8 becomes U+FFFD, a
  // byte at a time. The words "<|startoftext|>" and "<|endoftext|>" become those tokens, as in
  // CLIP. Any bytes will do.
  std::vector<std::int64_t> encode(const std::string& text) const;

  // int64 [N, L]: start, tokens, end, zero padding; L = the longest text's length (at most
  // `context_length`), so the text tower runs no positions that cannot matter. Throws ConfigError
  // naming a text that does not fit.
  at::Tensor encode(const std::vector<std::string>& texts, std::int64_t context_length) const;

  // The same encoding of `texts` with only the merges they use, ranks kept: a small vocabulary for
  // a small model.
  Tokenizer reduced_to(const std::vector<std::string>& texts) const;

 private:
  using Symbols = std::vector<std::int64_t>;  // token ids

  // Applies merges, lowest rank first, until none applies. Marks them in `used` (one flag a merge)
  // if it is given.
  Symbols merge_word(Symbols word, std::vector<bool>* used) const;
  // Words and special tokens of a text, in order, as ids.
  Symbols encode(const std::string& text, std::unordered_map<std::string, Symbols>& words,
                 std::vector<bool>* used) const;

  std::vector<std::pair<std::string, std::string>> merges_;
  std::unordered_map<std::uint64_t, std::size_t> ranks_;  // (left id, right id) -> rank
  Symbols merged_;                                        // rank -> id of the merged symbol
};

}  // namespace lacuna
