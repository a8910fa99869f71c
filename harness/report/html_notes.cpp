#include "report/html_notes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/html_text.hpp"

namespace lacuna::report {

std::string Notes::reference(const std::string& markup) {
  auto found = std::find(notes_.begin(), notes_.end(), markup);
  if (found == notes_.end()) found = notes_.insert(notes_.end(), markup);
  const auto number = found - notes_.begin() + 1;
  return fmt::format(R"(<sup><a class="note" href="#{0}-n{1}">{1}</a></sup>)", prefix_, number);
}

std::string Notes::list() const {
  if (notes_.empty()) return "";
  std::string out = "<ol class=\"notes\">\n";
  for (std::size_t i = 0; i < notes_.size(); ++i) {
    out += fmt::format("<li id=\"{}-n{}\">{}</li>\n", prefix_, i + 1, notes_[i]);
  }
  return out + "</ol>\n";
}

std::string badge(Status status, std::size_t count, bool counted) {
  return fmt::format(R"(<span class="badge {}">{}{}</span>)", to_string(status),
                     counted ? std::to_string(count) + " " : "", in_words(status));
}

std::string cell_link(const Place& place, const Cell& cell, const std::string& markup) {
  if (cell.status == Status::missing) return markup;
  return fmt::format(R"(<a href="{}">{}</a>)", esc(place.cell(cell.key)), markup);
}

std::string arrow(const Column& column) {
  return column.higher_is_better ? R"( <span class="dir" title="higher is better">↑</span>)"
                                 : R"( <span class="dir" title="lower is better">↓</span>)";
}

}  // namespace lacuna::report
