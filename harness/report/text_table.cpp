#include "report/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"

namespace lacuna::report {
namespace {

using Line = std::vector<std::string>;

std::string arrow(const Column& column) { return column.higher_is_better ? " ↑" : " ↓"; }

Line header(const Board& board) {
  Line line{"Method"};
  for (const auto& column : board.main) {
    const bool accuracy = column.group.ends_with(" set");
    const std::string prefix = accuracy ? column.group.substr(0, column.group.find(' ')) + " " : "";
    line.push_back(prefix + column.title + arrow(column));
  }
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
  return out.empty() ? out : "\n" + out;
}

std::string markdown_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += ' ';
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      if (std::string_view("\\`*_[]|#!").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

// Columns on the screen: code points, which is right for every sign that the table itself uses.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// A terminal obeys control characters; labels come from files.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, ' ');
  return text;
}

}  // namespace

std::string plain_table(const Board& board) {
  std::vector<Line> lines{header(board)};
  for (const Row* row : all_rows(board)) lines.push_back(cells(board, *row));
  std::vector<std::size_t> widths(lines.front().size());
  for (auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      line[i] = printable(line[i]);
      widths[i] = std::max(widths[i], width(line[i]));
    }
  }
  std::string out = printable(
      fmt::format("{} · {} · {}", board.plan->title, board.model, request_in_words(board)));
  out += "\n\n";
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string fill(widths[i] - width(line[i]), ' ');
      out += i == 0 ? line[i] + fill : "  " + fill + line[i];
    }
    out += '\n';
  }
  return out + notes(board, "  ", [](const std::string& text) { return printable(text); });
}

std::string markdown_table(const Board& board) {
  std::string out;
  const auto add = [&](const Line& line) {
    out += '|';
    for (const auto& text : line) out += " " + markdown_escaped(text) + " |";
    out += '\n';
  };
  const Line head = header(board);
  add(head);
  out += "|---|";
  for (std::size_t i = 1; i < head.size(); ++i) out += "---:|";
  out += '\n';
  for (const Row* row : all_rows(board)) add(cells(board, *row));
  return out + notes(board, "- ", markdown_escaped);
}

}  // namespace lacuna::report
