#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <regex>
#include <sstream>

#include "../program.hpp"
#include "report/report.hpp"
#include "sample_results.hpp"
#include "support/files.hpp"

using Catch::Matchers::ContainsSubstring;

namespace {

struct Opened {
  std::string dom;  // after the page's script ran
  std::string
      console;  // lines of the console: errors, among them every violation of the security policy
};

// In a real browser that can resolve no name.
Opened open_page(const sample::Folder& folder, const std::filesystem::path& page,
                 const std::string& hash = "") {
  const auto ran = run_shell(
      "timeout 90 chromium --headless=new --no-sandbox --disable-gpu --no-first-run "
      "--disable-extensions"
      " --host-resolver-rules='MAP * ~NOTFOUND' --user-data-dir=" +
      quote(folder / "profile") +
      " --enable-logging=stderr --virtual-time-budget=3000 --dump-dom " +
      quote("file://" + page.string() + hash));
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  Opened opened{.dom = ran.out, .console = ""};
  std::istringstream lines(ran.err);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("CONSOLE") != std::string::npos) opened.console += line + "\n";
  }
  return opened;
}

std::vector<std::string> rows(const std::string& dom, const std::string& table) {
  const auto begin = dom.find("id=\"" + table + "\"");
  const auto body = dom.find("<tbody class=\"rows\">", begin), end = dom.find("</tbody>", body);
  const std::string text = dom.substr(body, end - body);
  std::vector<std::string> labels;
  const std::regex pattern("<tr data-row=\"([^\"]*)\"");
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), last; it != last; ++it)
    labels.push_back((*it)[1]);
  return labels;
}

}  // namespace

TEST_CASE("the page works in a real browser, without network and without a console error") {
  const sample::Folder folder;
  sample::write_results(folder / "results/demo", {.unmatched = true});
  lacuna::report::make_reports({folder / "results/demo"}, folder / "reports/demo",
                               lacuna::report::TableStyle::plain);
  const auto page = folder / "reports/demo/index.html";

  const Opened plain = open_page(folder, page);
  CHECK(plain.console == "");
  CHECK_THAT(plain.dom, ContainsSubstring("<button type=\"button\">Utility"));  // the script ran
  const auto order = rows(plain.dom, "b0-lb");
  REQUIRE(order.size() == 16);
  CHECK(order.front() == "NHL+KL");
  CHECK(order.back() == "Late entry");

  const Opened sorted = open_page(folder, page, "#sort=utility");
  CHECK(sorted.console == "");
  const auto by_utility = rows(sorted.dom, "b0-lb");
  REQUIRE(by_utility.size() == 16);
  CHECK(by_utility[0] == "ME+KL");
  CHECK(by_utility[12] == "GA");
  CHECK(by_utility[15] == "Late entry");  // rows without a number stay last
  CHECK(std::regex_search(sorted.dom,
                          std::regex("data-sort=\"utility\"[^>]*aria-sort=\"descending\"")));
  CHECK_FALSE(std::regex_search(sorted.dom, std::regex("data-sort=\"q_u\"[^>]*aria-sort")));

  const auto ascending = rows(open_page(folder, page, "#sort=utility:asc").dom, "b0-lb");
  CHECK(ascending.front() == "GA");
  CHECK(ascending[12] == "ME+KL");

  // The check above can fail: a script that the policy does not know is refused, and the console
  // says so.
  std::string changed = lacuna::read_file(page);
  changed.replace(changed.find("\"use strict\";"), 13, "\"use  strict\";");
  sample::write(folder / "reports/demo/changed.html", changed);
  const Opened refused = open_page(folder, folder / "reports/demo/changed.html");
  CHECK_THAT(refused.console, ContainsSubstring("Content Security Policy"));
  CHECK(refused.dom.find("<button") == std::string::npos);
}
