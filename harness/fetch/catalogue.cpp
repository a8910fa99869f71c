#include "fetch/catalogue.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "catalogue_json.hpp"
#include "lacuna/params.hpp"
#include "lacuna/taxonomy.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// An object of the file and where it stands. Every key is asked for once; others are refused.
class Entry {
 public:
  Entry(const json& value, std::string place, const std::set<std::string>& known)
      : value_(value), place_(std::move(place)) {
    if (!value.is_object()) fail("", "an object is needed");
    try {
      check_keys(value, known);
    } catch (const ConfigError& error) {
      throw ConfigError(place_ + ": " + error.what());
    }
  }

  [[noreturn]] void fail(const std::string& key, const std::string& reason) const {
    throw ConfigError(fmt::format("{}{}{}: {}", place_, key.empty() ? "" : ".", key, reason));
  }

  bool has(const std::string& key) const { return value_.contains(key); }
  const json& operator[](const std::string& key) const { return value_.at(key); }
  std::string place(const std::string& key) const { return place_ + "." + key; }

  std::string text(const std::string& key, bool required = true) const {
    if (!has(key)) {
      if (required) fail(key, "is missing");
      return {};
    }
    if (!value_.at(key).is_string() || value_.at(key) == "") fail(key, "a text is needed");
    return value_.at(key).get<std::string>();
  }

  std::string path(const std::string& key) const { return path_of(key, text(key)); }

  std::string path_of(const std::string& key, const std::string& path) const {
    if (!is_safe_relative(path))
      fail(key, fmt::format("'{}' is not a place under a folder (no '/' in front, no '..')", path));
    if (path == "downloads" || path.starts_with("downloads/"))
      fail(key, fmt::format("'{}' lies where downloads are kept (choose another folder)", path));
    return path;
  }

 private:
  const json& value_;
  std::string place_;
};

std::string last_part(const std::string& url) {
  const auto end = url.find_first_of("?#");
  const auto path = url.substr(0, end);
  return path.substr(path.rfind('/') + 1);
}

void read_unpack(const Entry& file, CatalogueFile& out) {
  const Entry unpack(file["unpack"], file.place("unpack"), {"inner", "move"});
  if (unpack.has("inner")) out.inner = unpack.path("inner");
  if (!unpack.has("move") || !unpack["move"].is_object() || unpack["move"].empty())
    unpack.fail("move", "an object is needed: what of the archive goes where");
  for (const auto& [from, to] : unpack["move"].items()) {
    if (!to.is_string()) unpack.fail("move", "places are texts");
    unpack.path_of("move", from);
    out.move[from] = unpack.path_of("move", to.get<std::string>());
  }
}

CatalogueFile read_file_entry(const json& value, const std::string& place, bool allow_http) {
  const Entry entry(value, place, {"url", "save_as", "bytes", "sha256", "md5", "to", "unpack"});
  CatalogueFile out{.url = entry.text("url")};
  if (!out.url.starts_with("https://") && !(allow_http && out.url.starts_with("http://")))
    entry.fail("url", fmt::format("'{}' is not an https address", out.url));
  out.save_as = entry.has("save_as") ? entry.text("save_as") : last_part(out.url);
  if (!is_safe_relative(out.save_as) || out.save_as.find('/') != out.save_as.npos)
    entry.fail("save_as", fmt::format("'{}' is not a file's name", out.save_as));
  if (entry.has("bytes")) {
    if (!entry["bytes"].is_number_unsigned()) entry.fail("bytes", "a whole number is needed");
    out.bytes = entry["bytes"].get<std::uint64_t>();
  }
  for (const auto* algorithm : {"sha256", "md5"}) {
    if (!entry.has(algorithm)) continue;
    try {
      out.checksums.push_back(
          checksum_from(fmt::format("{}:{}", algorithm, entry.text(algorithm))));
    } catch (const ConfigError& error) {
      entry.fail(algorithm, error.what());
    }
  }
  if (entry.has("to") == entry.has("unpack")) entry.fail("", "one of 'to' and 'unpack' is needed");
  if (entry.has("to")) out.to = entry.path("to");
  if (entry.has("unpack")) read_unpack(entry, out);
  return out;
}

// Each a place, or a list of places of which one will do.
std::vector<std::vector<std::string>> holds_of(const Entry& entry) {
  if (!entry["holds"].is_array()) entry.fail("holds", "a list is needed");
  std::vector<std::vector<std::string>> out;
  for (const auto& one : entry["holds"]) {
    auto& choices = out.emplace_back();
    for (const auto& place : one.is_array() ? one : json::array({one})) {
      if (!place.is_string()) entry.fail("holds", "places are texts");
      choices.push_back(entry.path_of("holds", place.get<std::string>()));
    }
  }
  return out;
}

std::vector<std::string> needs_of(const Entry& entry) {
  if (!entry["needs"].is_array()) entry.fail("needs", "a list is needed");
  std::vector<std::string> out;
  for (const auto& name : entry["needs"]) {
    if (!name.is_string()) entry.fail("needs", "names are texts");
    out.push_back(name.get<std::string>());
  }
  return out;
}

CatalogueItem read_item(const std::string& name, const json& value, const std::string& place,
                        bool allow_http) {
  const Entry entry(
      value, place,
      {"kind", "title", "home", "license", "checksums_from", "files", "by_hand", "holds", "needs"});
  CatalogueItem out{.name = name,
                    .kind = entry.text("kind"),
                    .title = entry.text("title"),
                    .home = entry.text("home"),
                    .license = entry.text("license"),
                    .checksums_from = entry.text("checksums_from", false),
                    .by_hand = entry.text("by_hand", false)};
  if (out.kind != "model" && out.kind != "vocabulary" && out.kind != "dataset")
    entry.fail("kind", fmt::format("'{}' is not one of model, vocabulary, dataset", out.kind));
  if (entry.has("files") == entry.has("by_hand"))
    entry.fail("", "one of 'files' and 'by_hand' is needed");
  if (entry.has("files")) {
    if (!entry["files"].is_array() || entry["files"].empty())
      entry.fail("files", "a list is needed");
    for (std::size_t i = 0; i < entry["files"].size(); ++i)
      out.files.push_back(read_file_entry(
          entry["files"][i], fmt::format("{}[{}]", entry.place("files"), i), allow_http));
  }
  if (entry.has("holds")) {
    out.holds = holds_of(entry);
  } else {
    for (const auto& file : out.files)
      for (const auto& one : file.places()) out.holds.push_back({one});
  }
  if (out.holds.empty()) entry.fail("holds", "is missing");
  if (entry.has("needs")) out.needs = needs_of(entry);
  return out;
}

}  // namespace

std::vector<std::string> CatalogueFile::places() const {
  if (!is_archive()) return {to};
  std::vector<std::string> out;
  for (const auto& [from, place] : move) out.push_back(place);
  return out;
}

std::uint64_t CatalogueItem::bytes() const {
  std::uint64_t out = 0;
  for (const auto& file : files) out += file.bytes;
  return out;
}

Catalogue catalogue_from(const std::string& source, const json& json, bool allow_http) {
  const Entry root(json, source, {"schema_version", "items"});
  if (!root.has("schema_version") || root["schema_version"] != 1)
    root.fail("schema_version", "1 is needed");
  if (!root.has("items") || !root["items"].is_object()) root.fail("items", "an object is needed");
  Catalogue out;
  std::set<std::string> saved;
  for (const auto& [name, value] : root["items"].items()) {
    if (!is_safe_relative(name)) root.fail("items", fmt::format("'{}' cannot be a name", name));
    const auto place = source + ": items." + name;
    const auto& item = out.items_[name] = read_item(name, value, place, allow_http);
    for (const auto& file : item.files)
      if (!saved.insert(file.save_as).second)
        throw ConfigError(fmt::format("{}: a second file is saved as '{}' (give one a 'save_as')",
                                      place, file.save_as));
  }
  for (const auto& [name, item] : out.items_)
    for (const auto& needed : item.needs)
      if (!out.find(needed))
        throw ConfigError(
            fmt::format("{}: items.{}.needs: '{}' is not in the catalogue", source, name, needed));
  return out;
}

Catalogue Catalogue::read(const std::filesystem::path& path) {
  return catalogue_from(path.string(), read_json(path, "a catalogue"), true);
}

const Catalogue& Catalogue::builtin() {
  static const auto catalogue = catalogue_from("catalogue", json::parse(catalogue_json), false);
  return catalogue;
}

const CatalogueItem* Catalogue::find(const std::string& name) const {
  const auto found = items_.find(name);
  return found == items_.end() ? nullptr : &found->second;
}

const CatalogueItem& Catalogue::at(const std::string& name) const {
  if (const auto* item = find(name)) return *item;
  std::vector<std::string> names;
  for (const auto& [known, item] : items_) names.push_back(known);
  auto hint = did_you_mean(name, names);
  if (hint.empty()) hint = fmt::format(" (known: {})", fmt::join(names, ", "));
  throw ConfigError(fmt::format("'{}': is not in the catalogue{}", name, hint));
}

bool is_safe_relative(const std::string& path) {
  if (path.empty() || path.front() == '/' || path.back() == '/') return false;
  const bool odd = std::any_of(path.begin(), path.end(),
                               [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '\\'; });
  if (odd) return false;
  for (std::size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const auto part = path.substr(at, end - at);
    if (part.empty() || part == "." || part == "..") return false;
    at = end + 1;
  }
  return true;
}

std::vector<std::filesystem::path> places_of(const CatalogueItem& item, const DataRoots& roots) {
  for (const auto& folder : roots.folders) {
    std::vector<std::filesystem::path> out;
    for (const auto& choices : item.holds) {
      const auto found =
          std::find_if(choices.begin(), choices.end(), [&](const std::string& place) {
            std::error_code ignored;
            return std::filesystem::exists(folder / place, ignored);
          });
      if (found != choices.end()) out.push_back(folder / *found);
    }
    if (out.size() == item.holds.size()) return out;
  }
  return {};
}

std::string how_to_get(const CatalogueItem& item, const DataRoots& roots) {
  if (item.files.empty()) return item.by_hand;
  const auto folder = roots.folders.empty() ? "DIR" : roots.folders.front().string();
  const auto size = item.bytes() > 0 ? fmt::format(" ({})", bytes_text(item.bytes())) : "";
  return fmt::format("lacuna fetch {} --data {}{}", item.name, folder, size);
}

std::string bytes_text(std::uint64_t bytes) {
  auto value = static_cast<double>(bytes);
  const char* unit = "bytes";
  for (const auto* next : {"kB", "MB", "GB", "TB"}) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  return value < 9.95 ? fmt::format("{:.1f} {}", value, unit)
                      : fmt::format("{:.0f} {}", value, unit);
}

}  // namespace lacuna
