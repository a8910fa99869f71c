#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "../clip_merges.hpp"
#include "../real_file.hpp"
#include "fixtures.hpp"
#include "model/text/clean.hpp"
#include "model/text/code_pages.hpp"
#include "model/text/fix_text.hpp"
#include "model/text/html.hpp"
#include "model/text/tokenizer.hpp"
#include "model/text/vocabulary.hpp"
#include "model/text/words.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

using Words = std::vector<std::string>;

std::string fixed(const std::string& text) {
  return text::to_utf8(text::fix_text(text::from_utf8(text)));
}

void check_ids(const Tokenizer& tokenizer) {
  for (const auto& one : read_json(golden("text.json"))) {
    INFO(one.dump(-1, ' ', true));
    CHECK(tokenizer.encode(one[0].get<std::string>()) == one[3].get<std::vector<std::int64_t>>());
  }
}

}  // namespace

TEST_CASE("text: repaired and cut into words as the reference does") {
  const auto cases = read_json(golden("text.json"));
  REQUIRE(cases.size() >= 400);
  for (const auto& one : cases) {
    INFO(one.dump(-1, ' ', true));
    const auto text = one[0].get<std::string>();
    CHECK(fixed(text) == one[1].get<std::string>());
    CHECK(split_words(text) == one[2].get<Words>());
  }
}

TEST_CASE("text: ids of the reference for hard strings") {
  check_ids(Tokenizer(clip_merges().all));
}

TEST_CASE("text: ids of the reference for hard strings, with CLIP's own list", "[real]") {
  check_ids(Tokenizer::load(real_file(std::filesystem::path("clip") / kClipVocabulary)));
}

TEST_CASE("text: mojibake is read again, text that is in order stays") {
  CHECK(fixed("schÃ¶n") == "schön");
  CHECK(fixed("l’Ã©tÃ© â€” voilÃ\u00A0 bien") == "l'été — voilà bien");
  CHECK(fixed("Ã la carte") == "à la carte");
  CHECK(fixed("Ã quela hora") == "àquela hora");
  CHECK(fixed("â€œ like this â€\uFFFD") == "\" like this \uFFFD");
  CHECK(fixed("mixed: cafÃ© – Łódź") == "mixed: café – Łódź");
  CHECK(fixed("100 µg × 2 für 3 €, Łódź") == "100 µg × 2 für 3 €, Łódź");
}

TEST_CASE("text: HTML's references, unless there has been a tag") {
  CHECK(fixed("Tom &amp; Jerry") == "Tom & Jerry");
  CHECK(fixed("P&EACUTE;REZ &nTILDE; &amp") == "PÉREZ &nTILDE; &amp");
  CHECK(fixed("&amp;\n<b>&amp;\n&amp;") == "&\n<b>&amp;\n&amp;");
  CHECK(text::to_utf8(text::unescape_html(U"&notit; &lt3 &#x80; &#0; &#xD800; &#1;.")) ==
        "¬it; <3 € \uFFFD \uFFFD .");
  CHECK(split_words("<b> &amp;amp;lt; caf&eacute;") ==
        Words{"<", "b", ">", "&", "lt", ";", "café"});
}

TEST_CASE("text: what is no text goes, what is drawn otherwise is written plainly") {
  CHECK(fixed("\u001B[1;31mred\u001B[0m\u0007 \uFEFFfish") == "red fish");
  CHECK(fixed("ﬁne ＷＩＤＥ　‘quotes’ “too”\r\na\u2028b") == "fine WIDE 'quotes' \"too\"\na\nb");
  CHECK(fixed("e\u0301") == "é");
  CHECK(text::fix_text({0xD83D, 0xDCA9, 0xD83D}) == U"\U0001F4A9\uFFFD");
  // To Java, C0 80 is U+0000, which goes; with surrogates of three bytes each, one character.
  CHECK(text::decode("\xC0\x80\xED\xA0\xBD\xED\xB2\xA9") == text::Text{0, 0x1F4A9});
  CHECK(text::decode("\xED\xA0\xBD") == std::nullopt);
  CHECK(text::decode("\xC1\x80") == std::nullopt);
}

TEST_CASE("text: words that only look like others") {
  CHECK(split_words("DON'T we'LL it'ſ") == Words{"don", "'t", "we", "'ll", "it", "'ſ"});
  CHECK(split_words("ΟΔΟΣ ΟΔΟΣ'Α İ") == Words{"οδος", "οδοσ", "'", "α", "i", "\u0307"});
  // Without regard to case this mark is an iota: in none of the classes of the reference's pattern.
  CHECK(split_words("!\u0345! \u0345") == Words{"!", "!"});
}

TEST_CASE("text: the short way for plain text gives what the long way gives") {
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (auto size = random() % 30; size > 0; --size) {
      const auto c = static_cast<char>(random() % 128);
      text.push_back(c == '&' ? '<' : c);
    }
    INFO(nlohmann::json(text).dump());
    CHECK(text::clean(text) == text::clean_thoroughly(text));
  }
}

TEST_CASE("text: any bytes will do") {
  std::mt19937 random(6);
  const Tokenizer tokenizer(std::vector<std::pair<std::string, std::string>>{});
  // Bytes at random are seldom UTF-8; bytes read as Latin-1 always are, and always suspicious.
  for (int round = 0; round < 4000; ++round) {
    std::string bytes, as_latin_1;
    for (auto size = random() % 40; size > 0; --size) {
      const auto c =
          static_cast<unsigned char>(random() % 3 == 0 ? 0x80 + random() % 64 : random());
      bytes.push_back(static_cast<char>(c));
      text::append_utf8(as_latin_1, c);
    }
    for (const auto& text : {bytes, as_latin_1}) {
      const auto cleaned = text::clean(text);
      CHECK(text::from_utf8(text::to_utf8(cleaned)) == cleaned);
      CHECK_NOTHROW(tokenizer.encode(text));
    }
  }
}
