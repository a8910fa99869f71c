#include "model/text/vocabulary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lacuna/error.hpp"
#include "support/config_section.hpp"

namespace lacuna {

namespace fs = std::filesystem;

fs::path find_vocabulary(const fs::path& model, const std::vector<fs::path>& data) {
  const auto beside = fs::is_directory(model) ? model : model.parent_path();
  if (fs::exists(beside / kClipVocabulary)) return beside / kClipVocabulary;
  std::vector<std::string> tried{(beside.empty() ? fs::path(".") : beside).string()};
  for (const auto& folder : data) {
    if (fs::exists(folder / "clip" / kClipVocabulary)) return folder / "clip" / kClipVocabulary;
    tried.push_back((folder / "clip").string());
  }
  throw VocabularyMissing(
      fmt::format("{}: carries no vocabulary, and {} is not in {} (lacuna fetch openai/bpe brings "
                  "it into the data folder)",
                  model.string(), kClipVocabulary, fmt::join(tried, " or ")));
}

void check_vocabulary(const fs::path& path, const Tokenizer& tokenizer) {
  const auto json = read_config_file(path);
  const auto refuse = [&](const std::string& reason) {
    throw ConfigError(fmt::format("{}: {}", path.string(), reason));
  };
  if (!json.is_object()) refuse("is not an object of symbols and ids");
  if (json.size() != static_cast<std::size_t>(tokenizer.vocabulary_size()))
    refuse(fmt::format("has {} symbols, but the merges make {}", json.size(),
                       tokenizer.vocabulary_size()));
  const auto expect = [&](const std::string& symbol, std::int64_t id) {
    const auto found = json.find(symbol);
    if (found == json.end() || !found->is_number_integer() || *found != id)
      refuse(fmt::format("\"{}\" has id {}, but {} in CLIP's order", symbol,
                         found == json.end() ? "none" : found->dump(), id));
  };
  std::int64_t id = 512;
  for (const auto& [left, right] : tokenizer.merges()) expect(left + right, id++);
  expect("<|startoftext|>", tokenizer.start_of_text());
  expect("<|endoftext|>", tokenizer.end_of_text());

  // The bytes' own symbols stand in the order of their code points, which is that of their UTF-8.
  std::vector<std::string> symbols(512);
  for (const auto& [symbol, value] : json.items())
    if (value.is_number_unsigned() && value < symbols.size())
      symbols[value.get<std::size_t>()] = symbol;
  for (std::size_t i = 0; i < 256; ++i) {
    if (symbols[i].empty() || (i > 0 && symbols[i] <= symbols[i - 1]))
      refuse(fmt::format("id {} is \"{}\", which is out of CLIP's order", i, symbols[i]));
    expect(symbols[i] + "</w>", static_cast<std::int64_t>(i) + 256);
  }
}

}  // namespace lacuna
