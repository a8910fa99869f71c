#include <fmt/format.h>

#include "report/format.hpp"
#include "report/html_notes.hpp"
#include "report/html_parts.hpp"
#include "report/html_text.hpp"

namespace lacuna::report {

std::string runs_table(const Board& board, const Place& place) {
  std::string out = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-labelledby=\"{0}-runs-c\">\n<table id=\"{0}-runs\" class=\"runs\">\n"
      "<caption id=\"{0}-runs-c\">One line a cell; each number comes from the file it leads to. "
      "The curve: "
      "<span class=\"k-acc\">forget accuracy</span> and <span class=\"k-loss\">loss</span> while "
      "unlearning.</caption>\n"
      "<thead><tr><th scope=\"col\" class=\"method\">Method</th><th scope=\"col\" "
      "class=\"num\">Seed</th>",
      place.prefix);
  for (const auto& column : board.main) {
    const bool accuracy = column.group.ends_with(" set");
    out += fmt::format("<th scope=\"col\" class=\"num\">{}{}</th>",
                       accuracy ? esc(column.group.substr(0, column.group.find(' '))) + "<br>" : "",
                       esc(column.title));
  }
  out += "<th scope=\"col\">Training</th><th scope=\"col\">Result</th></tr></thead>\n";
  const auto lines = [&](const Row& row, std::size_t index, bool original) {
    out += fmt::format("<tbody id=\"{}-r{}\">\n", place.prefix, index);
    for (std::size_t i = 0; i < row.runs.size(); ++i) {
      const Cell& cell = *row.runs[i].cell;
      out += "<tr>";
      if (i == 0) {
        out += fmt::format(R"(<th scope="rowgroup" rowspan="{}" class="method">{}</th>)",
                           row.runs.size(), esc(row.label));
      }
      out += original ? "<td class=\"num none\"></td>"
                      : fmt::format("<td class=\"num\">{}</td>", row.runs[i].seed);
      const std::string link = esc(place.cell(cell.key));
      if (cell.status == Status::ok) {
        for (const auto& column : board.main) {
          const auto found = row.measures.find(column.id);
          const SeedValue* value = nullptr;
          if (found != row.measures.end()) {
            for (const auto& one : found->second.values) {
              if (one.key == cell.key) value = &one;
            }
          }
          out += value ? fmt::format(R"(<td class="num"><a href="{}">{}</a></td>)", link,
                                     typographic(percent(value->value)))
                       : std::string(original ? "<td class=\"num none\"></td>"
                                              : "<td class=\"num none\">–</td>");
        }
      } else {
        out +=
            fmt::format(R"(<td class="why" colspan="{}">{} {}</td>)", board.main.size(),
                        badge(cell.status, 1, false),
                        cell.status == Status::missing
                            ? "no result file yet"
                            : esc((cell.failure.empty() ? "" : cell.failure + ": ") + cell.reason));
      }
      out += "<td class=\"curve\">" + sparkline(cell) + "</td>";
      out +=
          fmt::format("<td>{}</td></tr>\n",
                      cell_link(place, cell, "<code>" + esc(cell.key.substr(0, 10)) + "</code>"));
    }
    out += "</tbody>\n";
  };
  lines(board.original, 0, true);
  for (std::size_t i = 0; i < board.rows.size(); ++i) lines(board.rows[i], i + 1, false);
  return out + "</table>\n</div>\n";
}

}  // namespace lacuna::report
