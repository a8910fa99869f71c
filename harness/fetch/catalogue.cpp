#include "fetch/catalogue.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "catalogue_json.hpp"
#include "lacuna/taxonomy.hpp"
#include "support/files.hpp"

namespace lacuna {

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

Catalogue Catalogue::read(const std::filesystem::path& path) {
  return catalogue_from(path.string(), read_json(path, "a catalogue"), true);
}

const Catalogue& Catalogue::builtin() {
  static const auto catalogue =
      catalogue_from("catalogue", nlohmann::json::parse(catalogue_json), false);
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
