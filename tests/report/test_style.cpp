#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <map>
#include <regex>
#include <set>

#include "report/page_template.hpp"

using namespace lacuna::report;

namespace {

using Colours = std::map<std::string, std::string>;  // name of a custom property -> rrggbb

Colours colours_in(const std::string& css) {
  Colours out;
  const std::regex pattern("--([a-z0-9-]+): #([0-9a-f]{6})");
  for (std::sregex_iterator it(css.begin(), css.end(), pattern), end; it != end; ++it)
    out[(*it)[1]] = (*it)[2];
  return out;
}

// As WCAG 2 defines it.
double luminance(const std::string& rrggbb) {
  const double weights[] = {0.2126, 0.7152, 0.0722};
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double c = std::stoi(rrggbb.substr(2 * i, 2), nullptr, 16) / 255.0;
    sum += weights[i] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return sum;
}

double contrast(const std::string& one, const std::string& other) {
  const double a = luminance(one), b = luminance(other);
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

}  // namespace

TEST_CASE("every colour of text stands out by 4.5 to 1 from all that it is written on") {
  CHECK(std::abs(contrast("000000", "ffffff") - 21) < 1e-9);
  CHECK(contrast("8a949b", "ffffff") < 3.2);  // what a text of ours once had
  const std::string css(page_file("style.css"));
  const auto dark_at = css.find("@media (prefers-color-scheme: dark)");
  REQUIRE(dark_at != css.npos);
  const auto dark_end = css.find("\n}\n", dark_at);
  const auto light = colours_in(css.substr(0, dark_at)),
             dark = colours_in(css.substr(dark_at, dark_end - dark_at));
  CHECK(colours_in(css.substr(dark_end)).empty());
  REQUIRE(light.size() > 15);
  CHECK(light.size() == dark.size());

  // The colours of text: of `color`, and of `fill` in rules with a size of font.
  std::set<std::string> texts;
  const std::regex rule(R"(\{([^{}]*)\})"), colour(R"((?:^|[ ;])color: var\(--([a-z-]+)\))"),
      fill(R"(fill: var\(--([a-z-]+)\))");
  for (std::sregex_iterator it(css.begin(), css.end(), rule), end; it != end; ++it) {
    const std::string body = (*it)[1];
    std::smatch found;
    if (std::regex_search(body, found, colour)) texts.insert(found[1]);
    if (body.find("font-size") != body.npos && std::regex_search(body, found, fill))
      texts.insert(found[1]);
  }
  texts.insert("faint");  // .iso-label, which has its size from another rule
  REQUIRE(texts.size() >= 6);
  for (const auto& colours : {light, dark}) {
    for (const auto& text : texts) {
      for (const char* ground : {"paper", "raised", "tint"}) {
        INFO(text << " on " << ground << (colours == light ? ", light" : ", dark"));
        CHECK(contrast(colours.at(text), colours.at(ground)) >= 4.5);
      }
    }
    for (const auto& [text, ground] : {std::pair("bad", "bad-tint"), std::pair("warn", "warn-tint"),
                                       std::pair("soft", "calm-tint")}) {
      INFO(text << " on " << ground);
      CHECK(contrast(colours.at(text), colours.at(ground)) >= 4.5);
    }
    // Marks are no text: 3 to 1.
    for (int hue = 0; hue < 8; ++hue) {
      INFO("h" << hue);
      CHECK(contrast(colours.at("h" + std::to_string(hue)), colours.at("raised")) >= 3);
    }
  }
}
