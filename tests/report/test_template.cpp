#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <regex>
#include <set>

#include "lacuna/error.hpp"
#include "report/page_template.hpp"
#include "report/page_text.hpp"
#include "support/files.hpp"

using namespace lacuna::report;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> templates() {
  std::vector<fs::path> all;
  for (const auto& entry :
       fs::directory_iterator(fs::path(LACUNA_SOURCE_DIR) / "harness/report/page"))
    if (entry.path().extension() == ".mustache") all.push_back(entry.path());
  return all;
}

std::string notes(const nlohmann::json& text, const nlohmann::json& href) {
  return render("notes",
                {{"notes", {{{"note_id", "n1"}, {"note_text", text}, {"note_href", href}}}}});
}

}  // namespace

TEST_CASE("the engine escapes every text, in elements and in attributes") {
  const std::string evil = "\"><script>'&\0";
  const std::string filled = notes(evil + std::string(1, '\0'), evil);
  CHECK_THAT(filled, ContainsSubstring("&quot;&gt;&lt;script&gt;&#39;&amp;\uFFFD"));
  CHECK_THAT(filled, ContainsSubstring("<a href=\"#&quot;&gt;&lt;script&gt;&#39;&amp;\">"));
  CHECK(filled.find("<script>") == filled.npos);
  CHECK_THAT(notes("{{note_id}} {{{note_id}}} {{#notes}}", ""),  // text is no template
             ContainsSubstring("{{note_id}} {{{note_id}}} {{#notes}}"));
}

TEST_CASE("nothing is null, false, an empty text and an empty list; numbers are as in JSON") {
  for (const nlohmann::json& nothing :
       {nlohmann::json(), nlohmann::json(false), nlohmann::json(""), nlohmann::json::array()})
    CHECK(notes("text", nothing) == "<ol class=\"notes\">\n<li id=\"n1\">text</li>\n</ol>\n");
  CHECK_THAT(notes(0, ""), ContainsSubstring(">0</li>"));
  CHECK_THAT(notes(0.25, ""), ContainsSubstring(">0.25</li>"));
}

TEST_CASE("every template is well-formed and built in as it lies in the source") {
  REQUIRE(templates().size() > 10);
  for (const auto& file : templates()) {
    INFO(file.filename());
    CHECK(page_file(file.filename().string()) == lacuna::read_file(file));
    CHECK_NOTHROW(render(file.stem().string(), nlohmann::json::object()));
  }
  CHECK_THROWS_AS(render("nowhere", nlohmann::json::object()), lacuna::Error);
}

TEST_CASE("unescaped goes into a page only what a template, the style or the script is") {
  // Each of these is set from render(), page_file() or csp_hash() alone; a new one needs the same.
  const std::set<std::string> known{
      "style",    "script",     "style_hash", "script_hash", "sections",     "requests", "section",
      "facts",    "highlights", "main",       "scatter",     "attack_table", "runs",     "counts",
      "settings", "credits",    "metrics",    "original",    "rows",         "notes",    "curve"};
  const std::regex raw(R"(\{\{(?:\{\s*([^}\s]*)\s*\}|&\s*([^}\s]*)\s*)\}\})");
  std::set<std::string> used;
  for (const auto& file : templates()) {
    const std::string text = lacuna::read_file(file);
    for (std::sregex_iterator it(text.begin(), text.end(), raw), end; it != end; ++it)
      used.insert((*it)[1].str() + (*it)[2].str());
  }
  CHECK(used == known);
}

TEST_CASE("an attribute that takes a text is quoted, and no template has a handler or a style") {
  for (const auto& file : templates()) {
    const std::string text = lacuna::read_file(file);
    INFO(file.filename());
    CHECK_FALSE(std::regex_search(text, std::regex(R"(=\{\{)")));
    CHECK_FALSE(std::regex_search(text, std::regex(R"( (on[a-z]+|style)=)")));
    CHECK_FALSE(std::regex_search(text, std::regex("='[^']*\\{\\{")));
  }
}
