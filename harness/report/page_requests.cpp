#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"
#include "report/page_text.hpp"

namespace lacuna::report {
namespace {

using nlohmann::json;

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

json number(const std::vector<Board>& boards, std::size_t board, const std::string& label,
            const Column& column, bool first) {
  json out{{"first", first}, {"none", true}, {"href", ""}, {"text", ""}, {"sd", ""}};
  const auto& rows = boards[board].rows;
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Row& one) { return one.label == label; });
  if (row == rows.end()) return out;
  const auto* measure = defined_measure(*row, column);
  out["text"] = "–";
  if (!measure) return out;
  const auto sd = measure->sd();
  out["none"] = false;
  out["href"] = fmt::format("b{}-r{}", board, row - rows.begin() + 1);
  out["text"] = typographic(with_unit(measure->mean(), column.unit));
  out["sd"] = sd ? with_unit(*sd, column.unit) : "";
  return out;
}

json table(const std::vector<Board>& boards, const Group& group, std::size_t index) {
  std::vector<std::string> labels;  // in the order of the best board first
  json heads = json::array(), rows = json::array();
  for (const auto board : group) {
    heads.push_back({{"board", board},
                     {"request", boards[board].request},
                     {"one", head_title(boards[board].plot_y)},
                     {"other", head_title(boards[board].ranking)}});
    for (const auto& row : boards[board].rows) {
      if (std::find(labels.begin(), labels.end(), row.label) == labels.end())
        labels.push_back(row.label);
    }
  }
  for (const auto& label : labels) {
    json cells = json::array();
    for (const auto board : group) {
      cells.push_back(number(boards, board, label, boards[board].plot_y, true));
      cells.push_back(number(boards, board, label, boards[board].ranking, false));
    }
    rows.push_back({{"label", label}, {"cells", cells}});
  }
  return {{"table", fmt::format("requests-{}", index)},
          {"model", boards[group.front()].model},
          {"boards", heads},
          {"rows", rows}};
}

}  // namespace

std::string requests_tables(const std::vector<Board>& boards) {
  const auto groups = groups_of(boards);
  if (groups.empty()) return "";
  json tables = json::array();
  for (std::size_t i = 0; i < groups.size(); ++i) tables.push_back(table(boards, groups[i], i));
  return render("requests", {{"tables", tables}});
}

}  // namespace lacuna::report
