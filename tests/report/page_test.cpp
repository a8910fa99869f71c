#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <regex>
#include <set>

#include "lacuna/error.hpp"
#include "report/page_text.hpp"
#include "report/report.hpp"
#include "sample_results.hpp"
#include "support/files.hpp"
#include "support/safe_text.hpp"

using namespace lacuna::report;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

std::string page_of(const sample::Folder& folder, const sample::Options& options = {}) {
  sample::write_results(folder / "results/demo", options);
  make_reports({folder / "results/demo"}, folder / "reports/demo", TableStyle::plain);
  return lacuna::read_file(folder / "reports/demo/index.html");
}

std::vector<std::string> attributes(const std::string& page, const std::string& name) {
  std::vector<std::string> values;
  const std::regex pattern(" " + name + "=\"([^\"]*)\"");
  for (std::sregex_iterator it(page.begin(), page.end(), pattern), end; it != end; ++it)
    values.push_back((*it)[1]);
  return values;
}

}  // namespace

TEST_CASE("a page is whole by itself: numbers lead along it, one link a cell to its result file") {
  const sample::Folder folder;
  const std::string page = page_of(folder, {.unmatched = true});
  const auto ids = attributes(page, "id");
  CHECK(std::set(ids.begin(), ids.end()).size() == ids.size());
  std::vector<std::string> files;
  for (const auto& link : attributes(page, "href")) {
    if (link.starts_with("data:image/svg+xml,")) continue;
    INFO(link);
    if (link.starts_with("#")) {
      CHECK(std::count(ids.begin(), ids.end(), link.substr(1)) == 1);
    } else {
      CHECK(fs::is_regular_file(folder.path() / "reports/demo" / link));
      files.push_back(link);
    }
  }
  const std::string cell =
      "../../results/demo/cells/" + sample::key_of("NHL+KL", 2, true) + ".json";
  CHECK(std::count(files.begin(), files.end(), cell) == 1);
  CHECK(files.size() ==
        1 + 1 + 16 * 3 - 4);  // the data, the original, every cell that is not missing
  CHECK_THAT(page, ContainsSubstring("where the results folder, <code>../../results/demo</code>, "
                                     "was published with this page"));
}

TEST_CASE("a mean leads to its runs, a run to the counts that it is computed from") {
  const sample::Folder folder;
  const std::string page = page_of(folder);
  CHECK(std::regex_search(page,
                          std::regex(R"re(<a href="#b0-r1" title="seed 1: 97\.86 · seed 2: )re")));
  const auto run = page.find("<tr id=\"b0-r1-1\">");
  REQUIRE(run != page.npos);
  CHECK_THAT(page.substr(run, page.find("</tr>", run) - run),
             ContainsSubstring(
                 "<td class=\"num\">1</td><td class=\"num\"><a href=\"#b0-k1-1\">95.20</a></td>"));
  const auto original =
      sample::read(folder / "results/demo/plans/demo.json")["originals"][0]["key"];
  const auto counts = sample::read(folder / "results/demo/cells" /
                                   fs::path(sample::key_of("NHL+KL", 1) + ".json"))["counts"];
  const auto begin = page.find("<tr id=\"b0-k1-1\">"), end = page.find("</tr>", begin);
  REQUIRE(begin != page.npos);
  const std::string line = page.substr(begin, end - begin);
  for (const char* group : {"forget", "retain"}) {
    for (const char* level : {"coarse", "fine"}) {
      const auto correct = counts["in_domain"][group][level][0].get<std::int64_t>();
      CHECK_THAT(line,
                 ContainsSubstring("<td class=\"num\">" + lacuna::grouped(correct) + "</td>"));
    }
  }
  CHECK_THAT(line, ContainsSubstring("<code>" + sample::key_of("NHL+KL", 1) + "</code>"));
  CHECK_THAT(page, ContainsSubstring("forget fine<br>of 500</th>"));
  CHECK_THAT(page, ContainsSubstring("<tr id=\"b0-k0-1\">"));
  CHECK_THAT(page, ContainsSubstring("<code>" + original.get<std::string>() + "</code>"));
}

TEST_CASE("what ranks stands first on the page, and settings that all share are said once") {
  const sample::Folder folder;
  const std::string page = page_of(folder);
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

  sample::edit_cell(folder / "results/demo", sample::key_of("GA", 1),
                    [](auto& cell) { cell["training"]["epochs"] = 77; });
  make_reports({folder / "results/demo"}, folder / "reports/demo", TableStyle::plain);
  const std::string other = lacuna::read_file(folder / "reports/demo/index.html");
  CHECK_THAT(other, ContainsSubstring("Training, where it differs"));
  CHECK_THAT(other, ContainsSubstring("<td><span class=\"chip\">epochs <b>77</b></span> </td>"));
}

TEST_CASE("the plot's legend has the rows' names, its marks their ranks") {
  const sample::Folder folder;
  const std::string page = page_of(folder);
  CHECK_THAT(page, ContainsSubstring("<b>1</b> NHL+KL</li>"));
  CHECK(std::regex_search(page, std::regex(R"re(<text class="label" [^>]*>1</text>)re")));
  CHECK_THAT(page, ContainsSubstring("NHL+KL: Quality "));
}

TEST_CASE("several folders get a page that leads to their pages") {
  const sample::Folder folder;
  sample::write_results(folder / "results/a", {.title = "One <title>"});
  sample::write_results(folder / "results/b", {.title = "One <title>"});
  make_reports({folder / "results/a", folder / "results/b"}, folder / "reports", TableStyle::plain);
  const std::string page = lacuna::read_file(folder / "reports/index.html");
  for (const auto& link : attributes(page, "href")) {
    if (link.starts_with("data:")) continue;
    INFO(link);
    CHECK(fs::is_regular_file(folder.path() / "reports" / link));
  }
  CHECK_THAT(page, ContainsSubstring("<a href=\"a/index.html\">One &lt;title&gt;</a>"));
  CHECK_THAT(page, ContainsSubstring("In <code>b</code>"));  // told apart by their folders
  CHECK_THAT(page, ContainsSubstring("first: NHL+KL, Q-U 9"));

  sample::write_results(folder / "results/index.html");
  CHECK_THROWS_AS(make_reports({folder / "results/a", folder / "results/index.html"},
                               folder / "other", TableStyle::plain),
                  lacuna::ConfigError);
  CHECK_FALSE(fs::exists(folder / "other"));
}

TEST_CASE("two suites of one title in a folder are told apart by their names") {
  const sample::Folder folder;
  sample::write_results(folder / "results/demo", {.seeds = 1, .gaps = false});
  auto plan = sample::read(folder / "results/demo/plans/demo.json");
  plan["suite"]["name"] = "second";
  sample::write(folder / "results/demo/plans/second.json", plan.dump(2));
  make_reports({folder / "results/demo"}, folder / "reports/demo", TableStyle::plain);
  const std::string page = lacuna::read_file(folder / "reports/demo/index.html");
  CHECK_THAT(page, ContainsSubstring("Shapes, difficult split (demo): "));
  CHECK_THAT(page, ContainsSubstring("Shapes, difficult split (second): "));
}

TEST_CASE("incomplete data stands among the facts, and nothing where it is whole") {
  const sample::Folder folder;
  CHECK_THAT(page_of(folder), !ContainsSubstring("Incomplete data"));
  sample::edit(folder / "results/demo/plans/demo.json", [](auto& plan) {
    plan["evaluations"][1]["incomplete"] = "298 of 3,669 pictures, 3 of 37 classes";
  });
  make_reports({folder / "results/demo"}, folder / "reports/demo", TableStyle::plain);
  CHECK_THAT(lacuna::read_file(folder / "reports/demo/index.html"),
             ContainsSubstring("<dt>Incomplete data</dt><dd>Letters: 298 of 3,669 pictures, 3 of "
                               "37 classes</dd>"));
}

TEST_CASE("the numbers of a single run lead to its line, which leads to its file") {
  const sample::Folder folder;
  const std::string page = page_of(folder, {.seeds = 1, .gaps = false});
  CHECK_THAT(page, ContainsSubstring("<a href=\"#b0-r1\" tabindex=\"-1\">97.86</a>"));
  CHECK_THAT(page, ContainsSubstring("<a href=\"../../results/demo/cells/" +
                                     sample::key_of("NHL+KL", 1) + ".json\"><code>"));
  CHECK_THAT(page, ContainsSubstring("One seed: no spread."));
}

TEST_CASE("a page shows means with their spread, and every gap with its reason") {
  const sample::Folder folder;
  const std::string page = page_of(folder, {.unmatched = true});
  for (const char* text :
       {"<th scope=\"row\" class=\"method\" data-t=\"Original model\">", "<span class=\"sd\"> ± ",
        "needs a retain set, which the request does not grant",
        "the worker ended with signal 11 at step 14",
        "NPO, seed 2: failed (nan): the loss is not finite at step 37",
        "ME+KL, seed 3: missing: no result file yet", "icons: forget fine",
        "no forget class matched", "Shapes, sketched: 500 forget images.", ">2/3</td>",
        ">Quality over Utility, one mark a method</title>", "Forget accuracy "}) {
    CHECK_THAT(page, ContainsSubstring(text));
  }
}

TEST_CASE("text from result files is text, wherever it appears") {
  const std::string evil = R"("><script>alert('x')</script><img src=x onerror=alert(1)>&amp;)";
  const sample::Folder folder;
  sample::write_results(folder / "results/demo", {.title = evil, .label = evil});
  sample::edit(folder / "results/demo/plans/demo.json", [&](auto& json) {
    for (auto& evaluation : json["evaluations"]) evaluation["title"] = evil;
    for (auto& cell : json["cells"])
      cell["model"] = evil, cell["request"] = evil, cell["method"] = evil;
    json["originals"][0]["model"] = evil;
    json["originals"][0]["request"] = evil;
  });
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder / "results/demo/cells"))
    files.push_back(entry.path());
  for (const auto& file : files) {
    sample::edit(file, [&](auto& json) {
      if (json.contains("reason")) json["reason"] = evil;
      if (json.contains("failure")) json["failure"] = evil;
      if (json.contains("metrics")) {
        for (auto& metric : json["metrics"])
          metric["name"] = evil + metric["name"].template get<std::string>();
      }
    });
    sample::edit_cell(folder / "results/demo", file.stem().string(), [&](auto& cell) {
      cell["model"] = {{"name", evil}, {"hash", evil}};
      cell["request"] = {{"id", evil},    {"dataset", {{"id", evil}, {"version", evil}}},
                         {"split", evil}, {"concepts", {evil}},
                         {"level", evil}, {"samples_per_concept", evil}};
      cell["method"]["version"] = evil;
      cell["method"]["params"] = {{evil, evil}};
    });
  }
  make_reports({folder / "results/demo"}, folder / "reports/demo", TableStyle::plain);
  const std::string page = lacuna::read_file(folder / "reports/demo/index.html");
  CHECK(page.find("<script>alert") == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
  CHECK_THAT(page, ContainsSubstring("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
  CHECK_THAT(page, ContainsSubstring("&amp;amp;"));
}

TEST_CASE(
    "the policy allows one style and one script by hash, and the page asks for nothing else") {
  const sample::Folder folder;
  const std::string page = page_of(folder);
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
  const sample::Folder folder;
  sample::write_results(folder / "results/demo", {.seeds = 1});
  sample::edit_counts(
      folder / "results/demo/cells" / fs::path(sample::key_of("ME+KL", 1) + ".json"),
      [](auto& counts) {
        counts["in_domain"]["forget"]["fine"] = {495, 500};
      });
  make_reports({folder / "results/demo"}, folder / "reports/demo", TableStyle::plain);
  const std::string page = lacuna::read_file(folder / "reports/demo/index.html");
  CHECK_THAT(page, ContainsSubstring("−6.00"));
  CHECK_THAT(page, ContainsSubstring(">−20</text>"));
  CHECK_THAT(page, ContainsSubstring("ME+KL: Quality -6.00, Utility "));
}

TEST_CASE("several requests of a suite stand side by side before their boards") {
  const sample::Folder folder;
  sample::write_results(folder / "results/demo", {.seeds = 1, .gaps = false});
  sample::edit(folder / "results/demo/plans/demo.json", [](auto& plan) {
    auto original = plan["originals"][0];
    original["request"] = "second";
    plan["originals"].push_back(original);
    auto cells = plan["cells"];
    for (auto cell : cells) {
      cell["request"] = "second";
      if (cell["label"] != "GA") plan["cells"].push_back(cell);
    }
  });
  make_reports({folder / "results/demo"}, folder / "reports/demo", TableStyle::plain);
  const std::string page = lacuna::read_file(folder / "reports/demo/index.html");
  const auto begin = page.find("id=\"requests-0\""), end = page.find("</table>", begin);
  REQUIRE(begin != page.npos);
  const std::string table = page.substr(begin, end - begin);
  CHECK_THAT(table, ContainsSubstring("<a href=\"#b1\">second</a>"));
  CHECK_THAT(table, ContainsSubstring("<a href=\"#b0-r1\">97.86</a>"));
  CHECK_THAT(table, ContainsSubstring("<a href=\"#b1-r1\">97.86</a>"));
  CHECK_THAT(table,
             ContainsSubstring("<td class=\"num none first\"></td>"));  // no GA in the second
  const auto ids = attributes(page, "id");
  CHECK(std::set(ids.begin(), ids.end()).size() == ids.size());

  CHECK(page_of(folder, {.seeds = 1}).find("requests-0") == std::string::npos);
}
