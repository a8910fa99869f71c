#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <regex>
#include <set>

#include "report/page_text.hpp"
#include "sample_results.hpp"
#include "support/safe_text.hpp"

using namespace lacuna::report;
using Catch::Matchers::ContainsSubstring;
using sample::Sample;

namespace {

std::string page_of(const sample::Options& options = {}) {
  return sample::page(Sample(options).results);
}

std::vector<std::string> attributes(const std::string& page, const std::string& name) {
  std::vector<std::string> values;
  const std::regex pattern(" " + name + "=\"([^\"]*)\"");
  for (std::sregex_iterator it(page.begin(), page.end(), pattern), end; it != end; ++it)
    values.push_back((*it)[1]);
  return values;
}

std::string part_of(const std::string& page, const std::string& from, const std::string& to) {
  const auto begin = page.find(from);
  INFO(from);
  REQUIRE(begin != page.npos);
  return page.substr(begin, page.find(to, begin) - begin);
}

// Every id once, every link along the page to one of them; the others.
std::vector<std::string> links_off_page(const std::string& page) {
  const auto ids = attributes(page, "id");
  CHECK(std::set(ids.begin(), ids.end()).size() == ids.size());
  std::vector<std::string> out;
  for (const auto& link : attributes(page, "href")) {
    if (link.starts_with("data:image/svg+xml,")) continue;
    INFO(link);
    if (link.starts_with("#")) {
      CHECK(std::count(ids.begin(), ids.end(), link.substr(1)) == 1);
    } else {
      out.push_back(link);
    }
  }
  return out;
}

std::string file_of(const std::string& label, int seed) {
  return "../../results/demo/unlearn/" + sample::key_of(label, seed) + ".json";
}

}  // namespace

TEST_CASE("a page is whole by itself: numbers lead along it, one link a cell to its unlearning") {
  const std::string page = page_of({.unmatched = true});
  const auto files = links_off_page(page);
  CHECK(std::count(files.begin(), files.end(), file_of("NHL+KL", 2)) == 1);
  CHECK(std::count(files.begin(), files.end(), file_of("original", 0)) == 0);  // it is the model
  CHECK(std::count(files.begin(), files.end(), file_of("ME+KL", 3)) == 0);     // missing
  CHECK(std::count(files.begin(), files.end(), "leaderboard.json") == 1);
  CHECK(files.size() == 1 + 16 * 3 - 4);  // the data, every cell that is not missing
  CHECK_THAT(page, ContainsSubstring("where the results folder, <code>../../results/demo</code>, "
                                     "was published with this page"));
}

TEST_CASE("what the plan knew not to run has no file, and a key's number is none of its name") {
  Sample sample;
  for (int seed = 1; seed <= 3; ++seed) {
    auto& cell = sample.cell("SCRUB", seed);
    cell = {.key = cell.key, .status = cell.status, .reason = cell.reason};
  }
  auto& twin = sample.cell("GA", 1);
  const auto key = twin.key;
  auto moved = twin;
  moved.key = key + "-2";
  sample.results.cells[moved.key] = moved;
  for (auto& planned : sample.plan().cells)
    if (planned.key == key) planned.key = moved.key;
  const std::string page = sample::page(sample.results);
  const auto files = links_off_page(page);
  CHECK(files.size() == 1 + 16 * 3 - 4 - 3);
  CHECK(std::count(files.begin(), files.end(), file_of("GA", 1)) == 1);
  CHECK_THAT(page, ContainsSubstring("needs a retain set, which the request does not grant"));
  CHECK(sample::leaderboard(sample.results)["boards"][0]["rows"][13]["label"] == "SCRUB");
}

TEST_CASE("a mean leads to its runs, a run to what was counted in it") {
  Sample sample;
  const std::string page = sample::page(sample.results);
  CHECK(std::regex_search(page,
                          std::regex(R"re(<a href="#b0-r1" title="seed 1: 97\.86 · seed 2: )re")));
  CHECK_THAT(part_of(page, "<tr id=\"b0-r1-1\">", "</tr>"),
             ContainsSubstring(
                 "<td class=\"num\">1</td><td class=\"num\"><a href=\"#b0-k1-1\">95.20</a></td>"));
  const std::string line = part_of(page, "<tr id=\"b0-k1-1\">", "</tr>");
  for (const char* name :
       {"forget_coarse", "forget_fine", "retain_coarse", "retain_fine", "zero_shot/digits"}) {
    const auto count = sample::find_value(sample.cell("NHL+KL"), name)->count.value();
    CHECK_THAT(line,
               ContainsSubstring("<td class=\"num\">" + lacuna::grouped(count.correct) + "</td>"));
  }
  CHECK_THAT(line, ContainsSubstring("<code>" + sample::key_of("NHL+KL", 1) + "</code>"));
  CHECK_THAT(page, ContainsSubstring("Forget fine<br>of 500</th>"));
  CHECK_THAT(page, ContainsSubstring("right<br>of 520</th>"));
  CHECK_THAT(page, ContainsSubstring("<tr id=\"b0-k0-1\">"));
  CHECK_THAT(page, ContainsSubstring("<code>" + sample::key_of("original", 0) + "</code>"));

  for (auto& [key, cell] : sample.results.cells) {
    for (auto& value : cell.values) value.count.reset();
  }
  const std::string uncounted = sample::page(sample.results);
  CHECK(uncounted.find("b0-counts") == uncounted.npos);
  CHECK(links_off_page(uncounted).size() == 1 + 16 * 3 - 4);
}

TEST_CASE("what ranks stands first on the page, and settings that all share are said once") {
  Sample sample;
  const std::string page = sample::page(sample.results);
  const auto begin = page.find("id=\"b0-lb\"");
  const auto q_u = page.find("data-sort=\"q_u\"", begin);
  CHECK(q_u < page.find("data-sort=\"quality\"", begin));
  CHECK(q_u < page.find("data-sort=\"forget_coarse\"", begin));
  const auto shared = page.find("The same in all rows: ");
  REQUIRE(shared != page.npos);
  const std::string name = "epochs";
  const auto first = page.find("<span class=\"chip\">" + name + " <b>");
  CHECK(first > shared);
  CHECK(page.find("<span class=\"chip\">" + name + " <b>", first + 1) == page.npos);

  sample.cell("GA").training["epochs"] = 77;
  const std::string other = sample::page(sample.results);
  CHECK_THAT(other, ContainsSubstring("Training, where it differs"));
  CHECK_THAT(other, ContainsSubstring("<td><span class=\"chip\">epochs <b>77</b></span> </td>"));
}

TEST_CASE("the plot's legend has the rows' names, its marks their ranks") {
  const std::string page = page_of();
  CHECK_THAT(page, ContainsSubstring("<b>1</b> NHL+KL</li>"));
  CHECK(std::regex_search(page, std::regex(R"re(<text class="label" [^>]*>1</text>)re")));
  CHECK_THAT(page, ContainsSubstring("NHL+KL: Quality "));
}

TEST_CASE("two suites of one title in a folder are told apart by their names") {
  Sample sample({.seeds = 1, .gaps = false});
  sample.results.plans.push_back(sample.plan());
  sample.results.plans.back().name = "second";
  const std::string page = sample::page(sample.results);
  CHECK_THAT(page, ContainsSubstring("Shapes, difficult split (demo): "));
  CHECK_THAT(page, ContainsSubstring("Shapes, difficult split (second): "));
}

TEST_CASE("incomplete data and granted samples stand among the facts, and nothing without them") {
  Sample sample;
  CHECK_THAT(sample::page(sample.results), !ContainsSubstring("Incomplete data") &&
                                               !ContainsSubstring("Retain data") &&
                                               !ContainsSubstring("<dt>Attacks"));
  sample.plan().evaluations[1].incomplete = "298 of 3,669 pictures, 3 of 37 classes";
  for (auto& [key, cell] : sample.results.cells) {
    if (cell.request.is_object())
      cell.request["retain"] = {{"split", "train"}, {"samples_per_concept", 20}};
  }
  const auto page = sample::page(sample.results);
  CHECK_THAT(page, ContainsSubstring("<dt>Incomplete data</dt><dd>Letters: 298 of 3,669 pictures, "
                                     "3 of 37 classes</dd>"));
  CHECK_THAT(page, ContainsSubstring("<dt>Retain data</dt><dd>20 a concept, train split</dd>"));
}

TEST_CASE("the numbers of a single run lead to its line, which leads to its file") {
  const std::string page = page_of({.seeds = 1, .gaps = false});
  CHECK_THAT(page, ContainsSubstring("<a href=\"#b0-r1\" tabindex=\"-1\">97.86</a>"));
  CHECK_THAT(page, ContainsSubstring("<a href=\"" + file_of("NHL+KL", 1) + "\"><code>"));
  CHECK_THAT(page, ContainsSubstring("One seed: no spread."));
}

TEST_CASE("a page shows means with their spread, and every gap with its reason") {
  const std::string page = page_of({.unmatched = true});
  for (const char* text :
       {"<th scope=\"row\" class=\"method\" data-t=\"Original model\">", "<span class=\"sd\"> ± ",
        "needs a retain set, which the request does not grant",
        "the worker ended with signal 11 at step 14",
        "NPO, seed 2: failed (nan): the loss is not finite at step 37",
        "ME+KL, seed 3: missing: no result file yet", "icons: forget fine",
        "Shapes, filled: 500 forget images.", ">2/3</td>",
        ">Quality over Utility, one mark a method</title>", "Forget accuracy "}) {
    CHECK_THAT(page, ContainsSubstring(text));
  }
}

TEST_CASE("what a board uses is to be cited from its page and its data") {
  Sample sample;
  sample.plan().credits = {{.kind = "method",
                            .id = "npo",
                            .version = "1.2.0",
                            .summary = "Negative preference optimisation",
                            .citation = "Zhang et al., COLM 2024",
                            .authors = "Ada & Co",
                            .address = "https://example.org/npo",
                            .license = "MIT"},
                           {.kind = "method", .id = "of_another_board", .version = "1.0.0"},
                           {.kind = "metric",
                            .id = "q_u",
                            .version = "2.0.0",
                            .summary = "Q-U",
                            .address = "javascript:alert(1)"}};
  const auto page = sample::page(sample.results);
  CHECK_THAT(page,
             ContainsSubstring("<th scope=\"row\" class=\"method\">npo 1.2.0</th><td>method: "
                               "Negative preference optimisation</td><td>Zhang et al., COLM "
                               "2024</td><td>Ada &amp; Co <a href=\"https://example.org/npo\">"
                               "https://example.org/npo</a></td><td>MIT</td>"));
  CHECK_THAT(page, ContainsSubstring("<td> javascript:alert(1)</td>"));
  CHECK_THAT(page, !ContainsSubstring("of_another_board"));
  CHECK_THAT(page, ContainsSubstring("<a href=\"#b0-s-src\">Sources</a>"));
  CHECK_THAT(page_of(), !ContainsSubstring("Sources"));

  const auto board = sample::leaderboard(sample.results)["boards"][0];
  REQUIRE(board["credits"].size() == 2);
  CHECK(board["credits"][0]["citation"] == "Zhang et al., COLM 2024");
  CHECK(board["credits"][1] == nlohmann::json({{"kind", "metric"},
                                               {"id", "q_u"},
                                               {"version", "2.0.0"},
                                               {"summary", "Q-U"},
                                               {"address", "javascript:alert(1)"}}));
}

TEST_CASE("text from result files is text, wherever it appears") {
  const std::string evil = R"("><script>alert('x')</script><img src=x onerror=alert(1)>&amp;)";
  Sample sample({.title = evil, .label = evil});
  sample.plan().credits = {{evil, evil, evil, evil, evil, evil, evil, evil},
                           {"metric", "x", "1", "", "", "", "https://" + evil, ""}};
  sample.add_attack(evil, "GA", 1, [](auto&) {});
  sample::StoredValue value;
  value.metric = value.name = value.title = value.group = value.help = value.unit = evil;
  sample.add_value(value, [](const Cell&) { return 1; });
  value.name += "2", value.table = evil;
  sample.add_value(value, [](const Cell&) { return 1; });
  value.name += "3", value.shown = false;
  sample.add_value(value, [](const Cell&) { return 1; });
  for (auto& evaluation : sample.plan().evaluations) evaluation.title = evil;
  for (auto& planned : sample.plan().cells)
    planned.model = evil, planned.request = evil, planned.method = evil;
  sample.plan().originals[0].model = evil;
  sample.plan().originals[0].request = evil;
  for (auto& [key, cell] : sample.results.cells) {
    if (cell.status == Status::missing) continue;
    if (!cell.reason.empty()) cell.reason = cell.failure = evil;
    cell.model = {{"name", evil}, {"hash", evil}};
    cell.request = {{"id", evil},
                    {"dataset", {{"id", evil}, {"version", evil}}},
                    {"split", evil},
                    {"concepts", {evil}},
                    {"level", evil},
                    {"samples_per_concept", evil},
                    {"retain", {{"split", evil}, {"samples_per_concept", evil}}}};
    cell.method["version"] = evil;
    cell.method["params"] = {{evil, evil}};
  }
  for (const auto& rank : {"q_u", "nowhere"}) {
    sample.plan().board.rank = rank;
    const std::string page = sample::page(sample.results);
    CHECK(page.find("<script>alert") == std::string::npos);
    CHECK(page.find("<img") == std::string::npos);
    CHECK_THAT(page,
               ContainsSubstring("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
    CHECK_THAT(page, ContainsSubstring("&amp;amp;"));
  }
}

TEST_CASE(
    "the policy allows one style and one script by hash, and the page asks for nothing else") {
  const std::string page = page_of();
  const auto between = [&](const std::string& open, const std::string& close) {
    const auto begin = page.find(open) + open.size();
    return page.substr(begin, page.find(close, begin) - begin);
  };
  const std::string policy = between("Content-Security-Policy\" content=\"", "\"");
  CHECK(policy == "default-src 'none'; style-src " + csp_hash(between("<style>", "</style>")) +
                      "; script-src " + csp_hash(between("<script>", "</script>")) +
                      "; img-src data:; base-uri 'none'; form-action 'none'");
  CHECK(csp_hash("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
  CHECK(attributes(page, "style").empty());
  CHECK(attributes(page, "src").empty());
  CHECK_FALSE(std::regex_search(page, std::regex(R"(<[a-z]+[^>]* on[a-z]+=)")));
  const std::string without_icon =
      std::regex_replace(page, std::regex("xmlns='http://www.w3.org/2000/svg'"), "");
  CHECK(without_icon.find("http:") == std::string::npos);
  CHECK(without_icon.find("https:") == std::string::npos);
  CHECK(without_icon.find("@import") == std::string::npos);
  CHECK(without_icon.find("url(") == std::string::npos);
}

TEST_CASE("a path is no scheme once it is a URL") {
  CHECK(url("../a b/javascript:x#?.json") == "../a%20b/javascript%3Ax%23%3F.json");
  CHECK(esc("<a href='x'>&\"") == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
  CHECK(esc(std::string("a\0b", 3)) == "a\uFFFDb");
  CHECK(typographic("-3.20") == "−3.20");
}

TEST_CASE("a negative Quality is shown as it is, on the page and in the plot") {
  Sample sample({.seeds = 1});
  sample.edit_counts("ME+KL", 1, [](auto& counts) {
    counts["in_domain"].forget_fine = {495, 500};
  });
  const std::string page = sample::page(sample.results);
  CHECK_THAT(page, ContainsSubstring("−6.00"));
  CHECK_THAT(page, ContainsSubstring(">−20</text>"));
  CHECK_THAT(page, ContainsSubstring("ME+KL: Quality -6.00, Utility "));
}

TEST_CASE("several requests of a suite stand side by side before their boards") {
  Sample sample({.seeds = 1, .gaps = false});
  auto original = sample.plan().originals[0];
  original.request = "second";
  sample.plan().originals.push_back(original);
  const auto cells = sample.plan().cells;
  for (auto cell : cells) {
    cell.request = "second";
    if (cell.label != "GA") sample.plan().cells.push_back(cell);
  }
  const std::string page = sample::page(sample.results);
  const std::string table = part_of(page, "id=\"requests-0\"", "</table>");
  CHECK_THAT(table, ContainsSubstring("<a href=\"#b1\">second</a>"));
  CHECK_THAT(table, ContainsSubstring(">Quality</th><th scope=\"col\" class=\"num\">Q-U</th>"));
  CHECK_THAT(table, ContainsSubstring("<a href=\"#b0-r1\">97.86</a>"));
  CHECK_THAT(table, ContainsSubstring("<a href=\"#b1-r1\">97.86</a>"));
  CHECK_THAT(table,
             ContainsSubstring("<td class=\"num none first\"></td>"));  // no GA in the second
  const auto ids = attributes(page, "id");
  CHECK(std::set(ids.begin(), ids.end()).size() == ids.size());

  CHECK(page_of({.seeds = 1}).find("requests-0") == std::string::npos);
}

namespace {

sample::StoredValue drift() {
  sample::StoredValue value;
  value.metric = "drift", value.name = "weight_drift", value.title = "Drift", value.unit = "l2";
  value.help = "How far the weights went", value.higher_is_better = false;
  return value;
}

}  // namespace

TEST_CASE("a stranger's value has its column, its table, its unit and its words") {
  Sample sample;
  sample.add_value(drift(), [](const Cell& cell) { return 1234.5 + cell.key[0]; });
  auto other = drift();
  other.name = "leak", other.title = "Leak", other.unit = "1", other.table = "Membership <1>";
  sample.add_value(other, [](const Cell&) { return 0.5; });
  other.name = "hidden", other.title = "Hidden", other.shown = false;
  sample.add_value(other, [](const Cell&) { return 0.125; });
  const std::string page = sample::page(sample.results);
  const auto main = part_of(page, "id=\"b0-lb\"", "</table>");
  CHECK_THAT(main, ContainsSubstring("data-sort=\"weight_drift\"") &&
                       ContainsSubstring("data-best=\"asc\" title=\"How far the weights went\">"
                                         "Drift, l2 <span class=\"dir\""));
  CHECK_THAT(main, ContainsSubstring("Fractions in per cent, other units as they are."));
  CHECK(std::regex_search(main, std::regex(R"re(data-v="13[^"]*"><a [^>]*>13\d\d<)re")));
  CHECK_THAT(page, ContainsSubstring("<a href=\"#b0-s-t2\">Membership &lt;1&gt;</a>") &&
                       ContainsSubstring("<h2 id=\"b0-s-t2\">Membership &lt;1&gt;</h2>"));
  CHECK_THAT(part_of(page, "id=\"b0-t2\"", "</table>"), ContainsSubstring(">50.00<"));
  CHECK_THAT(part_of(page, "id=\"b0-metrics\"", "</table>"),
             ContainsSubstring("Hidden") && ContainsSubstring(">12.50<"));
  links_off_page(page);
}

TEST_CASE("a suite's rank and axes are those of the table, the cards and the plot") {
  Sample sample;
  sample.add_value(drift(), [](const Cell& cell) { return 1.5 + 0.25 * (cell.key[0] % 8); });
  sample.plan().board = {
      .columns = {}, .rank = "weight_drift", .plot_x = "weight_drift", .plot_y = "zero_shot"};
  const std::string page = sample::page(sample.results);
  const auto main = part_of(page, "id=\"b0-lb\"", "</table>");
  CHECK_THAT(main, ContainsSubstring("Ordered by Drift."));
  CHECK(std::regex_search(main,
                          std::regex("data-sort=\"weight_drift\"[^>]*aria-sort=\"ascending\"")));
  CHECK(main.find("data-sort=\"weight_drift\"") < main.find("data-sort=\"zero_shot\""));
  CHECK(main.find("data-sort=\"zero_shot\"") < main.find("data-sort=\"forget_coarse\""));
  CHECK(main.find("class=\"bar\"") == main.npos);  // nothing says where its end would be
  CHECK_THAT(page, ContainsSubstring("<span class=\"card-title\">Best Drift</span>") &&
                       ContainsSubstring("lowest mean Drift, l2"));
  const auto plot = part_of(page, "<svg class=\"scatter\"", "</svg>");
  CHECK_THAT(plot, ContainsSubstring("Zero-shot over Drift, l2, one mark a method") &&
                       ContainsSubstring(">Drift, l2 →</text>") &&
                       ContainsSubstring(">Zero-shot, % →</text>"));
  CHECK(plot.find("class=\"iso") == plot.npos);  // of Q-U alone
  CHECK_THAT(page, ContainsSubstring("The best place is the upper left corner."));
  CHECK_THAT(page, ContainsSubstring("<dt>Drift, l2</dt><dd>How far the weights went</dd>"));
  CHECK(page.find("The harmonic mean of both") == page.npos);
  CHECK_THAT(page_of(), ContainsSubstring("The best place is the upper right corner.") &&
                            ContainsSubstring("The harmonic mean of both"));
}

TEST_CASE("another's Q-U under the same name gets no words and no curves of ours") {
  Sample sample;
  for (auto& [key, cell] : sample.results.cells) {
    if (auto* value = sample::find_value(cell, "q_u")) value->shipped = false;
  }
  const std::string page = sample::page(sample.results);
  CHECK(page.find("The harmonic mean of both") == page.npos);
  CHECK(page.find("class=\"iso") == page.npos);
}

TEST_CASE("attacks have a table, lines of their own, and decide the order") {
  Sample sample;
  for (int seed = 1; seed <= 3; ++seed) {
    auto& cell = sample.add_attack("quantise 4", "NHL+KL", seed, [](auto& counts) {
      counts["in_domain"].forget_fine = {200, 500};
    });
    if (seed != 2) continue;
    cell.status = Status::failed, cell.failure = "crash", cell.reason = "ended with signal 11";
    cell.values.clear();
  }
  const std::string page = sample::page(sample.results);
  CHECK(links_off_page(page).size() == 1 + 16 * 3 - 4 + 3);
  const auto main = part_of(page, "id=\"b0-lb\"", "</table>");
  CHECK_THAT(main, ContainsSubstring("Ordered by what attacks leave: seed by seed the worst of "
                                     "Q‑U before and after quantise 4."));
  CHECK(std::regex_search(main, std::regex("data-sort=\"left\"[^>]*aria-sort=\"descending\"")));
  CHECK(main.find("data-sort=\"left\"") < main.find("data-sort=\"q_u\""));
  const auto table = part_of(page, "id=\"b0-atk\"", "</ol>");
  CHECK(table.find("data-row=") == table.rfind("data-row="));  // of one row
  CHECK_THAT(table, ContainsSubstring("data-row=\"NHL+KL\"") &&
                        ContainsSubstring("<span>Q-U after</span>") &&
                        ContainsSubstring("<a href=\"#b0-r") && ContainsSubstring("-a1\" title=") &&
                        ContainsSubstring("NHL+KL, after quantise 4, seed 2: failed (crash): ended "
                                          "with signal 11"));
  CHECK_THAT(page, ContainsSubstring("<dt>Attacks</dt><dd>quantise 4</dd>"));
  CHECK_THAT(page, ContainsSubstring(">NHL+KL, after quantise 4</th>"));
  CHECK_THAT(page, ContainsSubstring("<h2 id=\"b0-s-atk\">Under attack</h2>"));
  CHECK_THAT(part_of(page, "<table class=\"settings\">", "</table>"),
             ContainsSubstring("Attack: quantise 4</th><td>quantise 1.0.0</td>"));
  CHECK(page_of().find("Under attack") == std::string::npos);
}

TEST_CASE("a page of which nothing has run says so in every row") {
  Sample sample;
  for (auto& [key, cell] : sample.results.cells) cell = {.key = key};
  const std::string page = sample::page(sample.results);
  CHECK_THAT(page, ContainsSubstring("no result file yet"));
  CHECK(page.find("colspan=\"0\"") == page.npos);
  CHECK(links_off_page(page).size() == 1);
}
