#include "lacuna/json_view.hpp"

#include <algorithm>

#include "lacuna/taxonomy.hpp"

namespace lacuna {

std::string JsonView::where() const { return place_.empty() ? file_ : file_ + ": " + place_; }

void JsonView::fail(const std::string& reason) const { throw ConfigError(where() + ": " + reason); }

void JsonView::need_object() const {
  if (!value_->is_object()) fail("is no object");
}

JsonView JsonView::child(const nlohmann::json& value, const std::string& name) const {
  return JsonView(value, file_, place_.empty() ? name : place_ + "." + name);
}

bool JsonView::has(const std::string& key) const {
  need_object();
  return value_->contains(key);
}

JsonView JsonView::at(const std::string& key) const {
  need_object();
  const auto found = value_->find(key);
  if (found == value_->end()) fail("'" + key + "' is missing");
  return child(*found, key);
}

std::optional<JsonView> JsonView::find(const std::string& key) const {
  need_object();
  const auto found = value_->find(key);
  if (found == value_->end() || found->is_null()) return std::nullopt;
  return child(*found, key);
}

JsonView JsonView::section(const std::string& key) const {
  static const auto& empty = *new nlohmann::json(nlohmann::json::object());
  const auto found = find(key).value_or(child(empty, key));
  found.need_object();
  return found;
}

void JsonView::only(const std::vector<std::string>& known) const {
  need_object();
  for (const auto& [key, value] : value_->items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    auto right = did_you_mean(key, known);
    if (right.empty()) {
      for (const auto& name : known) right += (right.empty() ? " (known: " : ", ") + name;
      right += right.empty() ? " (there are none)" : ")";
    }
    fail("'" + key + "': unknown key" + right);
  }
}

std::vector<JsonView> JsonView::items() const {
  if (!value_->is_array()) fail("is no array");
  std::vector<JsonView> views;
  for (std::size_t i = 0; i < value_->size(); ++i)
    views.push_back(JsonView((*value_)[i], file_, place_ + "[" + std::to_string(i) + "]"));
  return views;
}

std::vector<JsonView> JsonView::some() const {
  auto views = items();
  if (views.empty()) fail("is empty (at least one is needed)");
  return views;
}

std::vector<std::pair<std::string, JsonView>> JsonView::members() const {
  need_object();
  std::vector<std::pair<std::string, JsonView>> views;
  for (const auto& [key, value] : value_->items()) views.emplace_back(key, child(value, key));
  return views;
}

}  // namespace lacuna
