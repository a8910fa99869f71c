#include "description.hpp"

#include <algorithm>

#include "lacuna/json_view.hpp"
#include "lacuna/lacuna.hpp"

namespace lacuna::folder {
namespace {

namespace fs = std::filesystem;

std::string read_name(const JsonView& view) {
  auto name = view.text();
  check_name(name, view.where());
  return name;
}

// At least one text, all different.
std::vector<std::string> read_names(const JsonView& view) {
  std::vector<std::string> all;
  for (const auto& one : view.some()) {
    all.push_back(read_name(one));
    if (std::find(all.begin(), all.end() - 1, all.back()) != all.end() - 1)
      one.fail("'" + all.back() + "' occurs twice");
  }
  return all;
}

std::vector<std::string> read_templates(const JsonView& view) {
  const auto templates = read_names(view);
  for (std::size_t i = 0; i < templates.size(); ++i) {
    const auto first = templates[i].find("{}");
    if (first == std::string::npos || templates[i].find("{}", first + 2) != std::string::npos)
      view.items()[i].fail("'" + templates[i] + "' (expected one {} for the class name)");
  }
  return templates;
}

std::map<std::string, std::vector<std::string>> read_lists(const JsonView& view) {
  std::map<std::string, std::vector<std::string>> lists;
  for (const auto& [name, list] : view.members()) {
    check_name(name, view.where());
    lists[name] = read_names(list);
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
  const auto ordered = read_ordered_json(file);
  const nlohmann::json document = ordered;
  const JsonView top(document, file.string());
  top.only({"format", "templates", "classes", "coarse", "forget_splits", "splits"});
  if (const auto format = top.at("format"); format.integer() != 1)
    format.fail("is no format known here (1 expected)");
  if (top.has("templates")) out.templates = read_templates(top.at("templates"));
  if (top.has("coarse")) out.coarse = read_names(top.at("coarse"));
  if (top.has("forget_splits")) out.forget_splits = read_lists(top.at("forget_splits"));
  if (top.has("splits")) out.splits = read_lists(top.at("splits"));
  if (!top.has("classes")) return out;
  const auto classes = top.at("classes");
  classes.members();  // refuses what is no object
  // In the file's order, which is that of the labels.
  for (const auto& [folder, ignored] : ordered.at("classes").items()) {
    const auto entry = classes.at(folder);
    entry.only({"name", "coarse"});
    out.classes.push_back({folder, entry.has("name") ? read_name(entry.at("name")) : "",
                           entry.has("coarse") ? read_name(entry.at("coarse")) : ""});
  }
  return out;
}

}  // namespace lacuna::folder
