#include "report/html.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/html_parts.hpp"
#include "report/html_text.hpp"
#include "report/page_script.hpp"
#include "report/page_style.hpp"

namespace lacuna::report {
namespace {

// A full square with a piece missing: a lacuna.
constexpr const char* logo_path =
    "M4 2h16a2 2 0 0 1 2 2v4.5a5 5 0 1 0 0 7V20a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z";

std::string head(const std::string& title) {
  const std::string icon = fmt::format(
      "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath "
      "fill='%230b8a7f' "
      "d='{}'/%3E%3C/svg%3E",
      logo_path);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; "
      "script-src {}; "
      "img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>{}</title>\n<link rel=\"icon\" href=\"{}\">\n<style>{}</style>\n</head>\n",
      csp_hash(page_style), csp_hash(page_script), esc(title), icon, page_style);
}

std::string section(const std::string& id, const std::string& title, const std::string& intro,
                    const std::string& body) {
  if (body.empty()) return "";
  return fmt::format(
      "<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n{2}{3}</section>\n", id, title,
      intro.empty() ? "" : "<p>" + intro + "</p>\n", body);
}

std::string question(const Board& board) {
  std::size_t concepts = 0;
  if (board.sample && board.sample->request.is_object() &&
      board.sample->request.contains("concepts")) {
    concepts = board.sample->request["concepts"].size();
  }
  return fmt::format(
      "<p class=\"lead\">Which method makes the model <b>{}</b> forget {}, and nothing else? Each "
      "one gets the model and a "
      "small forgetting set. What it forgot and what it kept is measured on images that it has "
      "never seen.</p>\n",
      esc(board.model),
      concepts == 0 ? "what was asked"
                    : fmt::format("{} concept{}", concepts, concepts == 1 ? "" : "s"));
}

const char* how_to_read =
    "<dl class=\"reading\">\n"
    "<div><dt>Quality</dt><dd>How much of the knowledge is gone: <span class=\"formula\">1 − "
    "a/a₀</span>, with the fine "
    "accuracy on the forget images after and before. 100 is none left; below 0 it "
    "grew.</dd></div>\n"
    "<div><dt>Utility</dt><dd>How much of the rest is kept: the mean of <span "
    "class=\"formula\">min(1, a/a₀)</span> over "
    "forget coarse, retain coarse and retain fine.</dd></div>\n"
    "<div><dt>Q‑U</dt><dd>The harmonic mean of both, so that neither makes up for the other. 0 if "
    "Quality is not "
    "positive.</dd></div>\n"
    "<div><dt>Over seeds</dt><dd>Each seed is scored from its own counts, then averaged. The "
    "spread is the sample standard "
    "deviation; n is the number of seeds.</dd></div>\n"
    "</dl>\n";

// What the goals coarse and hybrid change of it.
const char* how_to_read_goals =
    "<dl class=\"reading\">\n<div><dt>Coarse labels to forget</dt><dd>Where coarse labels are to "
    "be "
    "forgotten as well, <span class=\"formula\">a/a₀</span> of Quality is the mean of two ratios: "
    "of "
    "the fine accuracy, and of the coarse accuracy on those images. Utility counts forget coarse "
    "only "
    "where it is to be kept.</dd></div>\n</dl>\n";

bool forgets_coarse(const Board& board) {
  return std::any_of(board.main.begin(), board.main.end(),
                     [](const Column& column) { return column.id == "forgotten_coarse"; });
}

std::string board_sections(const Board& board, const std::vector<Comparison>& comparisons,
                           const Place& place) {
  const std::string& p = place.prefix;
  std::string out = facts(board) + highlights(board);
  out += section(p + "-s-lb", "Leaderboard", "", main_table(board, place));
  out += section(p + "-s-how", "How to read it", "",
                 how_to_read + std::string(forgets_coarse(board) ? how_to_read_goals : ""));
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    out += section(fmt::format("{}-s-pub{}", p, i), "Beside " + esc(comparisons[i].table().place),
                   "", comparison_section(comparisons[i], place, i));
  }
  out += section(p + "-s-sp", "Forgetting against keeping",
                 "The best place is the upper right corner. Dashed curves join points of equal "
                 "Q‑U; small dots are single "
                 "seeds, whiskers one standard deviation.",
                 scatter_plot(board, place));
  out +=
      section(p + "-s-ood", "In domain and out of domain",
              "Was the concept forgotten, or only its look in the forgetting set? The same "
              "concepts, tested in the "
              "style they were unlearned in and in another one. A large gap says: only the look.",
              transfer_table(board, place));
  out += section(p + "-s-zs", "Zero-shot",
                 "Suites of other concepts that the request never named. The worst drop is the "
                 "largest share of a suite's "
                 "original accuracy that was lost.",
                 zero_shot_table(board, place));
  out += section(p + "-s-runs", "Every run", "", runs_table(board, place));
  out +=
      section(p + "-s-set", "Settings", "As resolved, defaults included.", settings_table(board));
  const std::string metrics = metrics_table(board, place);
  if (!metrics.empty()) {
    out += "<details class=\"more\"><summary>All stored metrics</summary>\n" + metrics +
           "</details>\n";
  }
  return out;
}

std::string board_title(const Board& board) {
  return fmt::format("{}: {} on {}", board.plan->title, board.request, board.model);
}

}  // namespace

std::string render_page(const Results& results, const std::vector<Board>& boards,
                        const std::vector<std::vector<Comparison>>& comparisons,
                        const std::filesystem::path& results_link) {
  const std::string title =
      results.plans.size() == 1 ? results.plans.front().title : results.folder.filename().string();
  std::string out = head(title + " · Lacuna");
  out += fmt::format(
      "<body>\n<div class=\"wrap\">\n<header class=\"page\">\n<p class=\"brand\"><svg viewBox=\"0 "
      "0 24 24\" "
      "aria-hidden=\"true\"><path d=\"{}\"/></svg><span><b>Lacuna</b> · unlearning "
      "leaderboard</span></p>\n<h1>{}</h1>\n",
      logo_path, esc(title));
  if (boards.size() > 1) {
    out += "<nav class=\"boards\" aria-label=\"Boards\">\n";
    for (std::size_t i = 0; i < boards.size(); ++i) {
      out += fmt::format("<a href=\"#b{}\">{}</a>\n", i, esc(board_title(boards[i])));
    }
    out += "</nav>\n</header>\n<main>\n";
    out += section("requests", "Requests side by side", "", requests_tables(boards));
  }
  for (std::size_t i = 0; i < boards.size(); ++i) {
    if (boards.size() > 1)
      out +=
          fmt::format("<h2 class=\"board\" id=\"b{}\">{}</h2>\n", i, esc(board_title(boards[i])));
    out += question(boards[i]);
    if (boards.size() == 1) out += "</header>\n<main>\n";
    out += board_sections(boards[i], comparisons.at(i),
                          {.prefix = fmt::format("b{}", i), .results = results_link});
  }
  if (boards.empty()) out += "<p class=\"lead\">The suite plans no cell.</p>\n</header>\n<main>\n";
  out +=
      "</main>\n<footer>\n<p>Generated by <code>lacuna report</code> from result files alone: same "
      "results, same bytes. "
      "The same numbers as data: <a href=\"leaderboard.json\">leaderboard.json</a>.";
  if (results.unplanned > 0) {
    out += fmt::format(
        " The results folder also holds {} result file{} that no plan asks for; {} not shown.",
        results.unplanned, results.unplanned == 1 ? "" : "s",
        results.unplanned == 1 ? "it is" : "they are");
  }
  return out + fmt::format("</p>\n</footer>\n</div>\n<script>{}</script>\n</body>\n</html>\n",
                           page_script);
}

}  // namespace lacuna::report
