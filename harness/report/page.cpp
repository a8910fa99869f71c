#include "report/page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/columns.hpp"
#include "report/format.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"
#include "report/page_text.hpp"

namespace lacuna::report {
namespace {

using nlohmann::json;

// What every page of ours is made of: head, header and footer around `body`.
json frame(const std::string& title) {
  const std::string style(page_file("style.css")), script(page_file("script.js"));
  return {{"title", title},
          {"style", style},
          {"style_hash", csp_hash(style)},
          {"script", script},
          {"script_hash", csp_hash(script)}};
}

// In words how many concepts the board's model is to forget.
std::string asked(const Board& board) {
  std::size_t concepts = 0;
  if (board.sample && board.sample->request.is_object() &&
      board.sample->request.contains("concepts")) {
    concepts = board.sample->request["concepts"].size();
  }
  return concepts == 0 ? "what was asked"
                       : fmt::format("{} concept{}", concepts, concepts == 1 ? "" : "s");
}

// Where the metrics' own tables stand, with a word on those that this program's metrics make.
json further_tables(const Board& board, const Place& place) {
  json out = json::array();
  for (std::size_t i = 0; i < board.tables.size(); ++i) {
    const auto& name = board.tables[i].name;
    const bool elsewhere = name == kOutOfDomain, zero_shot = name == kZeroShot;
    out.push_back({{"id", elsewhere   ? "ood"
                          : zero_shot ? "zs"
                                      : fmt::format("t{}", i)},
                   {"name", name},
                   {"title", elsewhere ? "In domain and out of domain" : name},
                   {"elsewhere", elsewhere},
                   {"zero_shot", zero_shot},
                   {"section", further_table(board, i, place)}});
  }
  return out;
}

// What each column that says it of itself means.
json meanings(const Board& board) {
  json out = json::array();
  for (const auto& column : board.main) {
    if (column.of == Column::Of::row && !column.help.empty() && set_of(column).empty())
      out.push_back({{"title", full_title(column)}, {"help", column.help}});
  }
  return out;
}

// "upper right": where the best values of both axes are.
std::string best_corner(const Board& board) {
  return fmt::format("{} {}", board.plot_y.higher_is_better ? "upper" : "lower",
                     board.plot_x.higher_is_better ? "right" : "left");
}

bool forgets_coarse(const Board& board) {
  return std::any_of(board.main.begin(), board.main.end(),
                     [](const Column& column) { return column.id == "forgotten_coarse"; });
}

std::string render_board(const Board& board, const std::vector<Comparison>& comparisons,
                         const Place& place) {
  json published = json::array();
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    published.push_back({{"index", i},
                         {"place", comparisons[i].table().place},
                         {"section", comparison_section(comparisons[i], place, i)}});
  }
  return render("board", {{"prefix", place.prefix},
                          {"facts", facts(board)},
                          {"highlights", highlights(board)},
                          {"main", main_table(board, place)},
                          {"known_scores", has_known_scores(board)},
                          {"meanings", meanings(board)},
                          {"forgets_coarse", forgets_coarse(board)},
                          {"attacked", board.attacked()},
                          {"ranked_by", no_break(board.rank.title)},
                          {"attack_table", attack_table(board, place)},
                          {"published", published},
                          {"scatter", scatter_plot(board, place)},
                          {"plot_title", plot_title(board)},
                          {"corner", best_corner(board)},
                          {"tables", further_tables(board, place)},
                          {"runs", runs_table(board, place)},
                          {"counts", counts_table(board, place)},
                          {"settings", settings_table(board)},
                          {"credits", credits_table(board)},
                          {"metrics", others_table(board, place)}});
}

// By the suite's title, with its name where two suites of the folder have one title.
std::vector<std::string> board_titles(const std::vector<Board>& boards) {
  std::vector<std::string> out;
  for (const auto& board : boards) {
    const auto same = [&](const Board& other) {
      return other.plan != board.plan && other.plan->title == board.plan->title;
    };
    const bool ambiguous = std::any_of(boards.begin(), boards.end(), same);
    out.push_back(fmt::format("{}{}: {} on {}", board.plan->title,
                              ambiguous ? " (" + board.plan->name + ")" : "", board.request,
                              board.model));
  }
  return out;
}

}  // namespace

std::string page_title(const Results& results) {
  if (results.plans.size() == 1) return results.plans.front().title;
  const auto& folder = results.folder;  // given as "results/demo/" it has no last name
  return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

std::string render_page(const Results& results, const std::vector<Board>& boards,
                        const std::vector<std::vector<Comparison>>& comparisons,
                        const std::filesystem::path& results_link) {
  json view = frame(page_title(results));
  const bool several = boards.size() > 1;
  const auto titles = board_titles(boards);
  view["links"] = json::array();
  view["boards"] = json::array();
  for (std::size_t i = 0; i < boards.size(); ++i) {
    const std::string id = fmt::format("b{}", i);
    if (several) view["links"].push_back({{"board", id}, {"text", titles[i]}});
    view["boards"].push_back({{"board", id},
                              {"heading", several ? titles[i] : ""},
                              {"model", boards[i].model},
                              {"asked", asked(boards[i])},
                              {"sections", render_board(boards[i], comparisons.at(i),
                                                        {.prefix = id, .results = results_link})}});
  }
  view["several"] = several;
  view["requests"] = requests_tables(boards);
  view["unplanned"] = results.unplanned == 0
                          ? json()
                          : json{{"files", fmt::format("{} result file{}", results.unplanned,
                                                       results.unplanned == 1 ? "" : "s")},
                                 {"are", results.unplanned == 1 ? "it is" : "they are"}};
  return render("page", view);
}

Entry index_entry(const Results& results, const std::vector<Board>& boards,
                  const std::string& folder) {
  Entry out{.folder = folder, .title = page_title(results), .boards = board_titles(boards)};
  for (const auto& board : boards) {
    std::string best = "no scores yet";
    if (!board.rows.empty()) {
      const Row& first = board.rows.front();
      if (const auto* leads = defined_measure(first, board.ranking))
        best = fmt::format("{}, {} {}", first.label, board.ranking.title,
                           mean_and_sd(*leads, board.ranking.unit));
    }
    out.best.push_back(best);
  }
  return out;
}

std::string render_index(const std::vector<Entry>& entries) {
  json view = frame("Leaderboards");
  view["entries"] = json::array();
  for (const auto& entry : entries) {
    json boards = json::array();
    for (std::size_t i = 0; i < entry.boards.size(); ++i)
      boards.push_back(
          {{"text", entry.boards[i]},
           {"best", entry.best[i]},
           {"board_href", url(entry.folder + "/index.html") +
                              (entry.boards.size() > 1 ? fmt::format("#b{}", i) : "")}});
    view["entries"].push_back({{"href", url(entry.folder + "/index.html")},
                               {"data", url(entry.folder + "/leaderboard.json")},
                               {"folder", entry.folder},
                               {"name", entry.title},
                               {"boards", boards}});
  }
  return render("index", view);
}

}  // namespace lacuna::report
