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
    const auto found = row.measures.find(column.id);
    line.push_back(found == row.measures.end() ? "-" : mean_and_sd(found->second));
  }
  const std::size_t ok = row.count(Status::ok);
  line.push_back(ok == row.runs.size() ? std::to_string(ok)
                                       : fmt::format("{}/{}", ok, row.runs.size()));
  return line;
}

std::vector<const Row*> all_rows(const Board& board) {
  std::vector<const Row*> rows{&board.original};
  for (const auto& row : board.rows) rows.push_back(&row);
  return rows;
}

std::string notes(const Board& board, const char* bullet,
                  std::string (*escape)(const std::string&)) {
  std::string out;
  for (const Row* row : all_rows(board)) {
    const std::string reason = reason_of(*row);
    if (!reason.empty()) out += bullet + escape(row->label + ": " + reason) + "\n";
  }
  if (const auto unchecked = board.unchecked(); !unchecked.empty())
    out += bullet + escape("counts not checked: " + unchecked) + "\n";
  return out.empty() ? out : "\n" + out;
}

}  // namespace

std::string plain_table(const Board& board) {
  std::vector<Line> lines{header(board)};
  for (const Row* row : all_rows(board)) lines.push_back(cells(board, *row));
  std::string out = printable(
      fmt::format("{} · {} · {}", board.plan->title, board.model, request_in_words(board)));
  out += "\n\n";
  out += plain_lines(std::move(lines));
  return out + notes(board, "  ", [](const std::string& text) { return printable(text); });
}

std::string markdown_table(const Board& board) {
  std::vector<Line> lines{header(board)};
  for (const Row* row : all_rows(board)) lines.push_back(cells(board, *row));
  return markdown_lines(lines) + notes(board, "- ", markdown_escaped);
}

}  // namespace lacuna::report
