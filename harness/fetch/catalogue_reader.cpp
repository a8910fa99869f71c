#include <fmt/format.h>

#include <set>

#include "fetch/catalogue.hpp"
#include "lacuna/json_view.hpp"

namespace lacuna {
namespace {

std::string text(const JsonView& view) {
  auto out = view.text();
  if (out.empty()) view.fail("is empty");
  return out;
}

std::string safe_path(const JsonView& view, const std::string& path) {
  if (!is_safe_relative(path))
    view.fail(fmt::format("'{}' is not a place under a folder (no '/' in front, no '..')", path));
  if (path == "downloads" || path.starts_with("downloads/"))
    view.fail(fmt::format("'{}' lies where downloads are kept (choose another folder)", path));
  return path;
}

std::string read_path(const JsonView& view) { return safe_path(view, text(view)); }

void one_of(const JsonView& view, const char* first, const char* second) {
  if (view.has(first) == view.has(second))
    view.fail(fmt::format("one of '{}' and '{}' is needed", first, second));
}

std::string last_part(const std::string& url) {
  const auto end = url.find_first_of("?#");
  const auto path = url.substr(0, end);
  return path.substr(path.rfind('/') + 1);
}

void read_unpack(const JsonView& view, CatalogueFile& out) {
  view.only({"inner", "move"});
  if (view.has("inner")) out.inner = read_path(view.at("inner"));
  const auto move = view.at("move");
  for (const auto& [from, to] : move.members()) out.move[safe_path(move, from)] = read_path(to);
  if (out.move.empty()) move.fail("is empty (what of the archive goes where is needed)");
}

CatalogueFile read_file_entry(const JsonView& view, bool allow_http) {
  view.only({"url", "save_as", "bytes", "sha256", "md5", "to", "unpack"});
  CatalogueFile out{.url = text(view.at("url"))};
  if (!out.url.starts_with("https://") && !(allow_http && out.url.starts_with("http://")))
    view.at("url").fail(fmt::format("'{}' is not an https address", out.url));
  out.save_as = view.has("save_as") ? text(view.at("save_as")) : last_part(out.url);
  if (!is_safe_relative(out.save_as) || out.save_as.find('/') != out.save_as.npos)
    view.at(view.has("save_as") ? "save_as" : "url")
        .fail(fmt::format("'{}' is not a file's name (give one as 'save_as')", out.save_as));
  std::int64_t bytes = 0;
  view.optional("bytes", bytes, {.min = 0});
  out.bytes = static_cast<std::uint64_t>(bytes);
  for (const auto* algorithm : {"sha256", "md5"}) {
    if (!view.has(algorithm)) continue;
    const auto sum = text(view.at(algorithm));
    out.checksums.push_back(view.at(algorithm).within(
        [&] { return checksum_from(fmt::format("{}:{}", algorithm, sum)); }));
  }
  one_of(view, "to", "unpack");
  if (view.has("to")) out.to = read_path(view.at("to"));
  if (view.has("unpack")) read_unpack(view.at("unpack"), out);
  return out;
}

// Each a place, or a list of places of which one will do.
std::vector<std::vector<std::string>> read_holds(const JsonView& view) {
  std::vector<std::vector<std::string>> out;
  for (const auto& one : view.some()) {
    auto& choices = out.emplace_back();
    for (const auto& place : one.raw().is_array() ? one.some() : std::vector{one})
      choices.push_back(read_path(place));
  }
  return out;
}

CatalogueItem read_item(const std::string& name, const JsonView& view, bool allow_http) {
  view.only(
      {"kind", "title", "home", "license", "checksums_from", "files", "by_hand", "holds", "needs"});
  CatalogueItem out{.name = name};
  out.kind = view.at("kind").read<std::string>({.choices = {"model", "vocabulary", "dataset"}});
  out.title = text(view.at("title"));
  out.home = text(view.at("home"));
  out.license = text(view.at("license"));
  if (view.has("checksums_from")) out.checksums_from = text(view.at("checksums_from"));
  one_of(view, "files", "by_hand");
  if (view.has("by_hand")) out.by_hand = text(view.at("by_hand"));
  if (view.has("files")) {
    for (const auto& file : view.at("files").some())
      out.files.push_back(read_file_entry(file, allow_http));
  }
  if (view.has("holds") || out.files.empty()) {
    out.holds = read_holds(view.at("holds"));
  } else {
    for (const auto& file : out.files)
      for (const auto& place : file.places()) out.holds.push_back({place});
  }
  if (view.has("needs"))
    for (const auto& needed : view.at("needs").items()) out.needs.push_back(text(needed));
  return out;
}

}  // namespace

Catalogue catalogue_from(const std::string& source, const nlohmann::json& json, bool allow_http) {
  const JsonView root(json, source);
  root.only({"schema_version", "items"});
  const auto version = root.at("schema_version");
  if (version.integer() != 1)
    version.fail(fmt::format("{} is not known (1 is)", version.integer()));
  const auto items = root.at("items");
  Catalogue out;
  std::set<std::string> saved;
  for (const auto& [name, view] : items.members()) {
    if (!is_safe_relative(name)) items.fail(fmt::format("'{}' cannot be a name", name));
    const auto& item = out.items_[name] = read_item(name, view, allow_http);
    for (const auto& file : item.files)
      if (!saved.insert(file.save_as).second)
        view.fail(
            fmt::format("a second file is saved as '{}' (give one a 'save_as')", file.save_as));
  }
  for (const auto& [name, item] : out.items_)
    for (std::size_t i = 0; i < item.needs.size(); ++i)
      if (!out.find(item.needs[i]))
        items.at(name).at("needs").items()[i].fail(
            fmt::format("'{}' is not in the catalogue", item.needs[i]));
  return out;
}

}  // namespace lacuna
