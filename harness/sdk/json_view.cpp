#include "lacuna/json_view.hpp"

#include <algorithm>

#include "lacuna/error.hpp"
#include "lacuna/taxonomy.hpp"

namespace lacuna {

void JsonView::fail(const std::string& reason) const {
  throw ConfigError(file_ + ": " + (path_.empty() ? "" : path_ + ": ") + reason);
}

JsonView JsonView::child(const nlohmann::json& value, const std::string& name) const {
  return JsonView(value, file_, path_.empty() ? name : path_ + "." + name);
}

JsonView JsonView::at(const std::string& key) const {
  if (!value_->is_object()) fail("is no object");
  const auto found = value_->find(key);
  if (found == value_->end()) fail("'" + key + "' is missing");
  return child(*found, key);
}

std::optional<JsonView> JsonView::find(const std::string& key) const {
  if (!value_->is_object()) fail("is no object");
  const auto found = value_->find(key);
  if (found == value_->end() || found->is_null()) return std::nullopt;
  return child(*found, key);
}

void JsonView::only(const std::vector<std::string>& known) const {
  if (!value_->is_object()) fail("is no object");
  for (const auto& [key, value] : value_->items()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      fail("'" + key + "': unknown key" + did_you_mean(key, known));
  }
}

std::string JsonView::text() const {
  if (!value_->is_string()) fail("is no string");
  return value_->get<std::string>();
}

std::int64_t JsonView::integer() const {
  if (!value_->is_number_integer()) fail("is no whole number");
  return value_->get<std::int64_t>();
}

double JsonView::number() const {
  if (!value_->is_number()) fail("is no number");
  return value_->get<double>();
}

bool JsonView::boolean() const {
  if (!value_->is_boolean()) fail("is neither true nor false");
  return value_->get<bool>();
}

std::vector<JsonView> JsonView::items() const {
  if (!value_->is_array()) fail("is no array");
  std::vector<JsonView> views;
  for (std::size_t i = 0; i < value_->size(); ++i) {
    views.push_back(child((*value_)[i], std::to_string(i)));
  }
  return views;
}

std::vector<std::pair<std::string, JsonView>> JsonView::members() const {
  if (!value_->is_object()) fail("is no object");
  std::vector<std::pair<std::string, JsonView>> views;
  for (const auto& [key, value] : value_->items()) views.emplace_back(key, child(value, key));
  return views;
}

}  // namespace lacuna
