#include "report/format.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace lacuna::report {

std::string percent(double fraction) {
  std::string text = fmt::format("{:.2f}", 100 * fraction);
  return text == "-0.00" ? "0.00" : text;
}

std::string points(double difference) {
  const auto text = percent(difference);
  return text == "0.00" || text.front() == '-' ? text : "+" + text;
}

std::string with_unit(double value, const std::string& unit) {
  return unit == "1" ? percent(value) : fmt::format("{:.4g}", value);
}

std::string mean_and_sd(const Measure& measure, const std::string& unit) {
  if (!measure.defined()) return "-";
  const auto sd = measure.sd();
  return with_unit(measure.mean(), unit) + (sd ? " ± " + with_unit(*sd, unit) : "");
}

std::string set_of(const Column& column) {
  constexpr std::string_view set = " set";
  return column.group.ends_with(set) ? column.group.substr(0, column.group.size() - set.size())
                                     : "";
}

std::string head_title(const Column& column) {
  const bool plain = column.unit == "1" || column.unit.empty();
  return plain ? column.title : column.title + ", " + column.unit;
}

std::string full_title(const Column& column) {
  constexpr std::string_view elsewhere = "Out of domain: ";
  const auto title = head_title(column);
  if (const auto set = set_of(column); !set.empty()) return set + " " + title;
  if (column.group.starts_with(elsewhere))
    return column.group.substr(elsewhere.size()) + " " + title;
  return title;
}

std::string request_in_words(const Board& board) {
  if (!board.sample || !board.sample->request.is_object()) return board.request;
  const auto& request = board.sample->request;
  const auto concepts = request.find("concepts");
  const auto dataset = request.find("dataset");
  if (concepts == request.end() || !concepts->is_array() || dataset == request.end()) {
    return board.request;
  }
  return fmt::format("{}: {} concept{} of {}", board.request, concepts->size(),
                     concepts->size() == 1 ? "" : "s", member(*dataset, "id"));
}

std::string status_in_words(const Cell& cell) {
  switch (cell.status) {
    case Status::ok:
      return "";
    case Status::missing:
      return "missing: no result file yet";
    case Status::not_applicable:
      return "not applicable: " + cell.reason;
    case Status::failed:
      break;
  }
  return "failed" + (cell.failure.empty() ? "" : " (" + cell.failure + ")") + ": " + cell.reason;
}

std::string member(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  if (found == object.end() || found->is_null() || found->is_structured()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace lacuna::report
