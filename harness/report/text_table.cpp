#include "report/text_table.hpp"

#include <fmt/format.h>

#include "report/format.hpp"
#include "report/text_lines.hpp"

namespace lacuna::report {
namespace {

std::string arrow(const Column& column) { return column.higher_is_better ? " ↑" : " ↓"; }

Line header(const Board& board) {
  Line line{"Method"};
  for (const auto& column : board.main) line.push_back(full_title(column) + arrow(column));
  line.push_back("n");
  return line;
}

std::string reason_of(const Row& row) {
  for (const auto status : {Status::failed, Status::not_applicable, Status::missing}) {
    if (const Cell* cell = row.first(status)) return status_in_words(*cell);
  }
  return "";
}

Line cells(const Board& board, const Row& row) {
  Line line{row.label};
  for (const auto& column : board.main) {
    const auto* measure = measure_of(row, column);
    line.push_back(measure ? mean_and_sd(*measure, column.unit) : "-");
  }
  const std::size_t ok = row.count(Status::ok);
  line.push_back(ok == row.runs.size() ? std::to_string(ok)
                                       : fmt::format("{}/{}", ok, row.runs.size()));
  return line;
}

std::vector<Line> lines_of(const Board& board) {
  std::vector<Line> lines{header(board), cells(board, board.original)};
  for (const auto& row : board.rows) lines.push_back(cells(board, row));
  return lines;
}

std::string notes(const Board& board, const char* bullet,
                  std::string (*escape)(const std::string&)) {
  std::string out;
  for (const Row* row : board.all_rows()) {
    const std::string reason = reason_of(*row);
    if (!reason.empty()) out += bullet + escape(row->label + ": " + reason) + "\n";
  }
  if (board.attacked())
    out += bullet + escape(fmt::format("ranked by {}: {}", board.ranking.title,
                                       board.ranking.help)) + "\n";
  if (const auto unchecked = board.unchecked(); !unchecked.empty())
    out += bullet + escape("counts not checked: " + unchecked) + "\n";
  return out.empty() ? out : "\n" + out;
}

}  // namespace

std::string plain_table(const Board& board) {
  std::string out = printable(
      fmt::format("{} · {} · {}", board.plan->title, board.model, request_in_words(board)));
  out += "\n\n";
  out += plain_lines(lines_of(board));
  return out + notes(board, "  ", [](const std::string& text) { return printable(text); });
}

std::string markdown_table(const Board& board) {
  return markdown_lines(lines_of(board)) + notes(board, "- ", markdown_escaped);
}

}  // namespace lacuna::report
