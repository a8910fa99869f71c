// Where a model's merges come from: OpenAI's archives carry none, Hugging Face's folders say them
// twice.
#pragma once

#include <filesystem>
#include <vector>

#include "lacuna/error.hpp"
#include "model/text/tokenizer.hpp"

namespace lacuna {

// CLIP's own merge file, as OpenAI publishes it.
inline constexpr const char* kClipVocabulary = "bpe_simple_vocab_16e6.txt.gz";

// The model is there, but it carries no vocabulary, and CLIP's own is not on this machine.
class VocabularyMissing : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

// The file of that name beside `model` (a file, or inside a folder), else under clip/ in the first
// data folder that has it. Throws VocabularyMissing saying where it was looked for and where to get
// it.
std::filesystem::path find_vocabulary(const std::filesystem::path& model,
                                      const std::vector<std::filesystem::path>& data);

// Compares a vocab.json (symbol -> id) with the ids that the merges give. Throws
// ConfigError("<path>: reason") naming the first symbol that differs.
void check_vocabulary(const std::filesystem::path& vocab_json, const Tokenizer& tokenizer);

}  // namespace lacuna
