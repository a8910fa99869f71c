#include "report/page_notes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/page_template.hpp"

namespace lacuna::report {

nlohmann::json Notes::reference(const std::string& text, const std::string& href) {
  auto found = std::find_if(notes_.begin(), notes_.end(), [&](const Note& note) {
    return note.text == text && note.href == href;
  });
  if (found == notes_.end()) found = notes_.insert(notes_.end(), {text, href});
  const auto number = found - notes_.begin() + 1;
  return {{"note", number}, {"note_id", fmt::format("{}-n{}", prefix_, number)}};
}

std::string Notes::list() const {
  if (notes_.empty()) return "";
  auto out = nlohmann::json::array();
  for (std::size_t i = 0; i < notes_.size(); ++i) {
    out.push_back({{"note_id", fmt::format("{}-n{}", prefix_, i + 1)},
                   {"note_text", notes_[i].text},
                   {"note_href", notes_[i].href}});
  }
  return render("notes", {{"notes", out}});
}

nlohmann::json badge(Status status, std::size_t count, bool counted) {
  return {{"badge", to_string(status)},
          {"badge_text", (counted ? std::to_string(count) + " " : "") + in_words(status)}};
}

bool starts_group(const std::vector<Column>& columns, std::size_t i) {
  return i == 0 || columns[i].group != columns[i - 1].group;
}

}  // namespace lacuna::report
