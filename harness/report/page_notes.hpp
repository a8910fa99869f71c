// What several tables of the page share: numbered reasons, badges, columns.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/table.hpp"

namespace lacuna::report {

// Reasons that a table refers to by number, each said once below it.
class Notes {
 public:
  explicit Notes(std::string prefix) : prefix_(std::move(prefix)) {}

  // {"note": number, "note_id": id of its place}; `href` is where its text leads, "" for nowhere.
  nlohmann::json reference(const std::string& text, const std::string& href = "");
  std::string list() const;  // "" without any

 private:
  struct Note {
    std::string text, href;
  };
  std::string prefix_;
  std::vector<Note> notes_;
};

// {"badge": class, "badge_text": words}
nlohmann::json badge(Status status, std::size_t count, bool counted);

bool starts_group(const std::vector<Column>& columns, std::size_t i);

}  // namespace lacuna::report
