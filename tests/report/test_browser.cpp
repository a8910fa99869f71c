#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <regex>
#include <sstream>

#include "../program.hpp"
#include "report/page_text.hpp"
#include "sample_results.hpp"
#include "support/files.hpp"

using Catch::Matchers::ContainsSubstring;

namespace {

struct Opened {
  std::string dom;  // after the page's script ran
  // Lines of the console: errors, among them every violation of the security policy.
  std::string console;
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
  const auto page = folder / "reports/demo/index.html";
  sample::write(page, sample::page(sample::Sample({.unmatched = true}).results));

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

namespace {

// The page in a frame of that width, since a browser's own window cannot be as narrow as a phone.
// What `script`, which gets the frame's document as `d`, returns is the answer.
std::string measured(const sample::Folder& folder, const std::string& page, int width,
                     const std::string& script, const std::string& sandbox = "") {
  sample::write(folder / "frame.html",
                "<!DOCTYPE html><meta charset=utf-8><body><p id=answer></p><iframe " + sandbox +
                    " width=" + std::to_string(width) + " height=900 frameborder=0 srcdoc=\"" +
                    lacuna::report::esc(page) +
                    "\"></iframe><script>document.querySelector('iframe').onload = (e) => { const "
                    "d = e.target.contentDocument; document.getElementById('answer').textContent "
                    "= (() => {" +
                    script + "})(); };</script>");
  const auto opened = open_page(folder, folder / "frame.html");
  INFO(opened.console);
  std::smatch found;
  REQUIRE(std::regex_search(opened.dom, found, std::regex("<p id=\"answer\">([^<]*)</p>")));
  return found[1];
}

}  // namespace

TEST_CASE("on a phone, a tablet and a desk nothing that matters is off the screen") {
  const sample::Folder folder;
  const std::string page = sample::page(sample::Sample().results);
  // Whatever reaches beyond the right edge of a window of that width, and what is hidden.
  const std::string off_screen = R"js(
    const wide = d.documentElement.clientWidth, out = [];
    const inside = (name, node) => {
      const box = node.getBoundingClientRect();
      if (box.width === 0 || box.left < 0 || box.right > wide) out.push(name);
    };
    if (d.documentElement.scrollWidth > wide) out.push("page");
    for (const id of COLUMNS) inside(id, d.querySelector(`#b0-lb th[data-sort="${id}"]`));
    for (const rank of d.querySelectorAll("#b0-lb tbody.rows .rank")) if (rank.textContent) inside("rank", rank);
    for (const mark of d.querySelectorAll(".scatter .mark")) inside("mark", mark);
    for (const text of d.querySelectorAll(".scatter text")) {
      inside("text", text);
      if (text.getBoundingClientRect().height < 9) out.push("small");
    }
    const labels = Array.from(d.querySelectorAll(".scatter .label"), (l) => l.getBoundingClientRect());
    for (const a of labels) for (const b of labels)
      if (a !== b && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) {
        const w = Math.min(a.right, b.right) - Math.max(a.left, b.left), h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (w > 1 && h > 0.3 * a.height) out.push("label on label");
      }
    return out.length ? out.join() : "nothing of " + labels.length + " marks";
  )js";
  const auto at = [&](int width, const std::string& columns) {
    std::string script = off_screen;
    script.replace(script.find("COLUMNS"), 7, columns);
    return measured(folder, page, width, script);
  };
  const std::string scores = R"(["method", "q_u", "quality", "utility"])";
  CHECK(at(390, scores) == "nothing of 13 marks");
  CHECK(at(768, scores) == "nothing of 13 marks");
  const std::string all =
      R"(["method", "q_u", "quality", "utility", "forget_coarse", "forget_fine", "retain_coarse",)"
      R"( "retain_fine", "zero_shot", "n"])";
  CHECK(at(1000, all) == "nothing of 13 marks");
  CHECK(at(1440, all) == "nothing of 13 marks");
  CHECK(at(300, all) != "nothing of 13 marks");  // so the check above can fail
}

TEST_CASE("a stranger's value sorts and ranks the page, and attacks fit on a phone") {
  const sample::Folder folder;
  sample::Sample sample;
  sample::StoredValue value;
  value.metric = value.name = "drift", value.title = "Drift", value.unit = "l2";
  value.higher_is_better = false;
  const auto add_drift = [&] {
    sample.add_value(value, [](const auto& cell) {
      const auto is = [&](int seed) { return cell.key == sample::key_of("GA", seed); };
      return is(1) || is(2) || is(3) ? 9 : cell.key[0] % 5 + 0.5;
    });
  };
  add_drift();
  const auto page = folder / "page.html";
  sample::write(page, sample::page(sample.results));
  CHECK(rows(open_page(folder, page).dom, "b0-lb").front() == "NHL+KL");
  const auto sorted = open_page(folder, page, "#sort=drift");
  CHECK(sorted.console == "");
  CHECK(
      std::regex_search(sorted.dom, std::regex("data-sort=\"drift\"[^>]*aria-sort=\"ascending\"")));
  CHECK(rows(sorted.dom, "b0-lb")[12] == "GA");
  const auto worst = rows(open_page(folder, page, "#sort=drift:desc").dom, "b0-lb");
  CHECK(worst.front() == "GA");
  CHECK(worst.back() == "Late entry");

  for (int seed = 1; seed <= 3; ++seed)
    sample.add_attack("quantise to 4 bits", "NHL+KL", seed, [](auto&) {});
  add_drift();
  sample.plan().board.rank = "drift";
  const std::string click = R"js(
    const wide = d.documentElement.clientWidth, out = [];
    if (d.documentElement.scrollWidth > wide) out.push("page");
    for (const id of ["left", "drift", "zero_shot"]) {
      const head = d.querySelector(`#b0-lb th[data-sort="${id}"]`), box = head.getBoundingClientRect();
      if (id === "left" && (box.width === 0 || box.right > wide)) out.push("left");
      head.querySelector("button").click();
      const direction = head.getAttribute("aria-sort"), sign = direction === "ascending" ? 1 : -1;
      const values = Array.from(d.querySelectorAll("#b0-lb tbody.rows tr"),
        (row) => row.cells[head.dataset.i]?.dataset.v).filter((v) => v !== undefined).map(Number);
      const sorted = values.every((v, i) => i === 0 || sign * (v - values[i - 1]) >= 0);
      out.push([direction, values.length, sorted].join(" "));
    }
    return out.join();
  )js";
  CHECK(measured(folder, sample::page(sample.results), 390, click) ==
        "descending 13 true,ascending 13 true,descending 13 true");
}

TEST_CASE("without scripts and with the keyboard alone the page is complete") {
  const sample::Folder folder;
  const std::string page = sample::page(sample::Sample().results);
  // Without allow-scripts the page's own script cannot run; all that scrolls can be reached.
  const std::string facts = R"js(
    const scrolls = Array.from(d.querySelectorAll(".scroll")), links = d.querySelectorAll("a[href]");
    return [d.querySelectorAll("#b0-lb button").length, d.querySelectorAll("#b0-lb tbody.rows tr").length,
            scrolls.every((s) => s.tabIndex === 0 && (s.ariaLabel || s.getAttribute("aria-labelledby"))),
            Array.from(links).every((a) => a.textContent.trim() !== "" && (a.tabIndex === 0 ||
              Array.from(links).some((b) => b.tabIndex === 0 && b.href === a.href)))].join(" ");
  )js";
  CHECK(measured(folder, page, 1000, facts, "sandbox=allow-same-origin") == "0 16 true true");
  CHECK(measured(folder, page, 1000, facts) == "10 16 true true");
}
