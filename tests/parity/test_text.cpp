// Text cleaning and byte-pair encoding against what OpenAI's tokenizer is made of: not one string
// may differ.
#include <ATen/core/Tensor.h>

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "data.hpp"
#include "lacuna/error.hpp"
#include "model/text/fix_text.hpp"
#include "model/text/tokenizer.hpp"
#include "model/text/words.hpp"
#include "support/files.hpp"

using namespace lacuna;

namespace {

using nlohmann::json;
using Ids = std::vector<std::int64_t>;

// What a model with 77 positions gets, or nothing where that does not fit.
Ids in_context(const Tokenizer& tokenizer, const std::string& text) {
  try {
    const auto tokens = tokenizer.encode(std::vector<std::string>{text}, 77);
    const auto* row = tokens.const_data_ptr<std::int64_t>();
    return {row, row + tokens.numel()};
  } catch (const ConfigError&) {
    return {};
  }
}

Ids framed(const Tokenizer& tokenizer, Ids ids) {
  if (ids.size() > 75) return {};
  ids.insert(ids.begin(), tokenizer.start_of_text());
  ids.push_back(tokenizer.end_of_text());
  return ids;
}

}  // namespace

TEST_CASE("text: at least 20,000 strings become the reference's tokens") {
  const auto folder = test::parity_data("text");
  const auto tokenizer = Tokenizer::load(folder / "merges.txt");
  const auto cases = read_json(folder / "text.json");
  REQUIRE(cases.size() >= 20000);
  std::map<std::string, int> wrong;
  const auto report = [&](const std::string& stage, const json& one, const json& ours,
                          const json& theirs) {
    if (++wrong[stage] > 5) return;
    FAIL_CHECK(stage << ": " << one[0].dump(-1, ' ', true).substr(0, 300) << "\n  ours   "
                     << ours.dump(-1, ' ', true).substr(0, 300) << "\n  theirs "
                     << theirs.dump(-1, ' ', true).substr(0, 300));
  };
  for (const auto& one : cases) {
    const auto text = one[0].get<std::string>();
    const auto fixed = text::to_utf8(text::fix_text(text::from_utf8(text)));
    const auto words = split_words(text);
    const auto expected = one[3].get<Ids>();
    if (json(fixed) != one[1]) {
      report("ftfy", one, fixed, one[1]);
    } else if (json(words) != one[2]) {
      report("words", one, words, one[2]);
    } else if (const auto ids = tokenizer.encode(text); ids != expected) {
      report("merges", one, ids, one[3]);
    } else if (in_context(tokenizer, text) != framed(tokenizer, expected)) {
      report("context", one, in_context(tokenizer, text), framed(tokenizer, expected));
    }
  }
  for (const auto& [stage, count] : wrong)
    UNSCOPED_INFO(stage << ": " << count << " strings differ");
  CHECK(wrong.empty());
}

TEST_CASE("text: surrogates are joined or replaced as the reference does") {
  const auto folder = test::parity_data("text");
  const auto cases = read_json(folder / "surrogates.json");
  REQUIRE(cases.size() >= 500);
  for (const auto& one : cases) {
    text::Text text;
    for (const auto& c : one[0]) text.push_back(c.get<char32_t>());
    INFO(one.dump());
    CHECK(text::to_utf8(text::fix_text(text)) == one[1].get<std::string>());
  }
}
