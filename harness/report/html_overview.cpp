#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/html_parts.hpp"
#include "report/html_text.hpp"

namespace lacuna::report {
namespace {

// Boards that differ in their request alone, by their place in the list of all.
using Group = std::vector<std::size_t>;

std::vector<Group> groups_of(const std::vector<Board>& boards) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < boards.size(); ++i) {
    const auto same = [&](const Group& group) {
      const auto& first = boards[group.front()];
      return first.plan == boards[i].plan && first.model == boards[i].model;
    };
    const auto found = std::find_if(groups.begin(), groups.end(), same);
    if (found == groups.end()) {
      groups.push_back({i});
    } else {
      found->push_back(i);
    }
  }
  std::erase_if(groups, [](const Group& group) { return group.size() < 2; });
  return groups;
}

std::string number(const std::vector<Board>& boards, std::size_t board, const std::string& label,
                   const char* measure, bool first) {
  const char* place = first ? " first" : "";
  const auto& rows = boards[board].rows;
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Row& one) { return one.label == label; });
  if (row == rows.end()) return fmt::format("<td class=\"num none{}\"></td>", place);
  const auto found = row->measures.find(measure);
  if (found == row->measures.end() || !found->second.defined())
    return fmt::format("<td class=\"num none{}\">–</td>", place);
  const auto sd = found->second.sd();
  return fmt::format("<td class=\"num{}\"><a href=\"#b{}-r{}\">{}{}</a></td>", place, board,
                     row - rows.begin() + 1, typographic(percent(found->second.mean())),
                     sd ? "<span class=\"sd\"> ± " + percent(*sd) + "</span>" : "");
}

std::string table(const std::vector<Board>& boards, const Group& group, std::size_t index) {
  std::vector<std::string> labels;  // in the order of the best board first
  for (const auto board : group) {
    for (const auto& row : boards[board].rows) {
      if (std::find(labels.begin(), labels.end(), row.label) == labels.end())
        labels.push_back(row.label);
    }
  }
  std::string heads = "<tr><td class=\"method\"></td>",
              titles = "<tr><th scope=\"col\" class=\"method\">Method</th>";
  for (const auto board : group) {
    heads += fmt::format(
        "<th scope=\"colgroup\" colspan=\"2\" class=\"group first\"><span><a "
        "href=\"#b{}\">{}</a></span></th>",
        board, esc(boards[board].request));
    titles +=
        "<th scope=\"col\" class=\"num first\">Quality</th><th scope=\"col\" "
        "class=\"num\">Q-U</th>";
  }
  std::string out = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"requests-{0}-c\">\n"
      "<table id=\"requests-{0}\">\n<caption id=\"requests-{0}-c\">{1}, in domain, in per "
      "cent.</caption>\n<thead>\n{2}</tr>\n{3}</tr>\n</thead>\n<tbody class=\"rows\">\n",
      index, esc(boards[group.front()].model), heads, titles);
  for (const auto& label : labels) {
    out += "<tr><th scope=\"row\" class=\"method\"><span class=\"name\">" + esc(label) +
           "</span></th>";
    for (const auto board : group)
      out += number(boards, board, label, "quality", true) +
             number(boards, board, label, "q_u", false);
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n</div>\n";
}

}  // namespace

std::string requests_tables(const std::vector<Board>& boards) {
  std::string out;
  const auto groups = groups_of(boards);
  for (std::size_t i = 0; i < groups.size(); ++i) out += table(boards, groups[i], i);
  return out;
}

}  // namespace lacuna::report
