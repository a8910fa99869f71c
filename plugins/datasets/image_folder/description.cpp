#include "description.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "lacuna/input.hpp"
#include "lacuna/lacuna.hpp"

namespace lacuna::folder {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string position(const std::string& text, std::size_t byte) {
  const auto end = std::min(byte > 0 ? byte - 1 : 0, text.size());
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i < end; ++i) {
    column = text[i] == '\n' ? 1 : column + 1;
    if (text[i] == '\n') ++line;
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

// The library keeps one of two equal keys and says nothing.
class KeyCheck {
 public:
  explicit KeyCheck(const fs::path& file) : file_(file) {}
  bool operator()(int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) seen_.emplace_back();
    if (event == Json::parse_event_t::object_end) seen_.pop_back();
    if (event == Json::parse_event_t::key && !seen_.back().insert(parsed.get<std::string>()).second)
      throw ConfigError(file_.string() + ": '" + parsed.get<std::string>() + "' occurs twice");
    return true;
  }

 private:
  const fs::path& file_;
  std::vector<std::set<std::string>> seen_;
};

Json parse(const fs::path& file) {
  const auto text = read_download(file, "a JSON file", kMostText);
  if (const auto at = nested_too_deeply(text))
    throw ConfigError(file.string() + ": " + position(text, *at + 1) + ": is nested more than " +
                      std::to_string(kMostLevels) + " levels deep");
  try {
    return Json::parse(text, KeyCheck(file));
  } catch (const Json::parse_error& error) {
    throw ConfigError(file.string() + ": " + position(text, error.byte) + ": is no JSON");
  } catch (const Json::out_of_range&) {  // it says which, and not where
    throw ConfigError(file.string() + ": holds a number that is too large");
  }
}

// A value and where it stands; every getter checks.
class Place {
 public:
  Place(const Json& json, std::string where) : json_(json), where_(std::move(where)) {}

  [[noreturn]] void refuse(const std::string& reason) const {
    throw ConfigError(where_ + ": " + reason);
  }
  const std::string& where() const { return where_; }

  void object(const std::vector<std::string>& known) const {
    if (!json_.is_object()) refuse("is no object ({…} expected)");
    for (const auto& [key, value] : json_.items())
      if (!known.empty() && std::find(known.begin(), known.end(), key) == known.end())
        Place(value, where_ + ": " + key).refuse("unknown key" + did_you_mean(key, known));
  }
  bool has(const char* key) const { return json_.contains(key); }
  Place at(const std::string& key, bool top = false) const {
    return {json_.at(key), where_ + (top ? ": " : ".") + key};
  }
  std::vector<std::pair<std::string, Place>> members() const {
    std::vector<std::pair<std::string, Place>> all;
    for (const auto& [key, value] : json_.items())
      all.emplace_back(key, Place(value, where_ + "." + key));
    return all;
  }
  std::string name() const {
    if (!json_.is_string()) refuse("is no text");
    check_name(json_.get<std::string>(), where_);
    return json_.get<std::string>();
  }
  // At least one text, all different.
  std::vector<std::string> names() const {
    if (!json_.is_array() || json_.empty()) refuse("is no list of texts, or an empty one");
    std::vector<std::string> all;
    for (std::size_t i = 0; i < json_.size(); ++i) {
      const Place one(json_[i], where_ + "[" + std::to_string(i) + "]");
      all.push_back(one.name());
      if (std::find(all.begin(), all.end() - 1, all.back()) != all.end() - 1)
        one.refuse("'" + all.back() + "' occurs twice");
    }
    return all;
  }
  bool is_one() const { return json_.is_number_integer() && json_ == 1; }

 private:
  const Json& json_;
  std::string where_;
};

std::vector<std::string> read_templates(const Place& place) {
  const auto templates = place.names();
  for (std::size_t i = 0; i < templates.size(); ++i) {
    const auto first = templates[i].find("{}");
    if (first == std::string::npos || templates[i].find("{}", first + 2) != std::string::npos)
      throw ConfigError(place.where() + "[" + std::to_string(i) + "]: '" + templates[i] +
                        "' (expected one {} for the class name)");
  }
  return templates;
}

std::map<std::string, std::vector<std::string>> read_lists(const Place& place) {
  place.object({});
  std::map<std::string, std::vector<std::string>> lists;
  for (const auto& [name, list] : place.members()) {
    check_name(name, place.where());
    lists[name] = list.names();
  }
  return lists;
}

}  // namespace

void check_name(const std::string& text, const std::string& subject) {
  if (text.empty()) throw ConfigError(subject + ": is empty");
  try {
    (void)nlohmann::json(text).dump();
  } catch (const nlohmann::json::type_error&) {
    throw ConfigError(subject + ": is not UTF-8");
  }
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; };
  if (std::any_of(text.begin(), text.end(), control))
    throw ConfigError(subject + ": holds a line break or another control character");
  if (text.front() == ' ' || text.back() == ' ')
    throw ConfigError(subject + ": '" + text + "' begins or ends with a space");
}

Description read_description(const fs::path& file) {
  Description out{.file = file,
                  .classes = {},
                  .coarse = {},
                  .templates = {"a photo of a {}."},
                  .forget_splits = {},
                  .splits = {}};
  if (!fs::exists(file)) return out;
  const auto json = parse(file);
  const Place top(json, file.string());
  top.object({"format", "templates", "classes", "coarse", "forget_splits", "splits"});
  if (!top.has("format")) top.refuse("format is missing (\"format\": 1)");
  if (!top.at("format", true).is_one())
    top.at("format", true).refuse("is no format known here (1 expected)");
  if (top.has("templates")) out.templates = read_templates(top.at("templates", true));
  if (top.has("coarse")) out.coarse = top.at("coarse", true).names();
  if (top.has("forget_splits")) out.forget_splits = read_lists(top.at("forget_splits", true));
  if (top.has("splits")) out.splits = read_lists(top.at("splits", true));
  if (!top.has("classes")) return out;
  const auto classes = top.at("classes", true);
  classes.object({});
  for (const auto& [folder, entry] : classes.members()) {
    entry.object({"name", "coarse"});
    out.classes.push_back({folder, entry.has("name") ? entry.at("name").name() : "",
                           entry.has("coarse") ? entry.at("coarse").name() : ""});
  }
  return out;
}

}  // namespace lacuna::folder
