#include "pictures/listing.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"
#include "lacuna/random.hpp"

namespace lacuna::pictures {
namespace {

namespace fs = std::filesystem;

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

}  // namespace

std::optional<fs::path> find_path(const DataRoots& roots, const std::vector<std::string>& names) {
  for (const auto& root : roots.folders) {
    for (const auto& name : names) {
      const auto path = name.empty() ? root : root / name;
      std::error_code ignored;
      if (fs::exists(path, ignored)) return fs::absolute(path).lexically_normal();
    }
  }
  return {};
}

void not_there(const Source& source, const std::string& what, const DataRoots& roots) {
  std::string tried;
  for (const auto& root : roots.folders) tried += (tried.empty() ? "" : ", ") + root.string();
  throw ConfigError(source.id + ": " + what + ": not found in " +
                    (tried.empty() ? "any data folder: none was given" : tried) + " (get " +
                    source.get + "; name the folder that holds it with --data DIR or LACUNA_DATA)");
}

fs::path require_path(const DataRoots& roots, const std::vector<std::string>& names,
                      const Source& source) {
  if (const auto found = find_path(roots, names)) return *found;
  not_there(source, joined(names, " or "), roots);
}

Folder list_folder(const fs::path& folder) {
  Folder out;
  std::error_code error;
  if (!fs::exists(folder, error)) return out;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    auto name = it->path().filename().string();
    std::error_code ignored;
    if (it->is_directory(ignored)) {
      out.folders.push_back(std::move(name));
    } else if (is_picture_name(name)) {
      out.pictures.push_back(std::move(name));
    } else {
      ++out.others;
    }
  }
  if (error) throw ConfigError(folder.string() + ": cannot be read: " + error.message());
  std::sort(out.pictures.begin(), out.pictures.end());
  std::sort(out.folders.begin(), out.folders.end());
  return out;
}

bool is_picture_name(const std::string& name) {
  if (name.starts_with('.')) return false;
  auto suffix = fs::path(name).extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* known : {".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff"})
    if (suffix == known) return true;
  return false;
}

std::vector<std::string> read_lines(const fs::path& file) {
  const auto text = read_download(file, "a list", kMostText);
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    auto line = text.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
    begin = end + 1;
  }
  return lines;
}

void check_lines(const fs::path& file, const std::vector<std::string>& names) {
  const auto lines = read_lines(file);
  for (std::size_t i = 0; i < std::min(lines.size(), names.size()); ++i) {
    if (lines[i] != names[i])
      throw ConfigError(file.string() + ": line " + std::to_string(i + 1) + ": '" + lines[i] +
                        "' (expected '" + names[i] + "')");
  }
  if (lines.size() != names.size())
    throw ConfigError(file.string() + ": " + std::to_string(lines.size()) + " names (expected " +
                      std::to_string(names.size()) + ")");
}

std::vector<ListRow> read_list(const fs::path& file, const Taxonomy& taxonomy) {
  std::map<std::string, std::int64_t> labels;
  for (const auto& name : taxonomy.fine)
    labels.emplace(name, static_cast<std::int64_t>(labels.size()));
  std::vector<ListRow> rows;
  std::int64_t number = 0;
  for (const auto& line : read_lines(file)) {
    const auto where = file.string() + ": line " + std::to_string(++number) + ": ";
    const auto json = parse_json(line);
    const auto text = [&](const char* key) {
      if (!json.is_object() || !json.contains(key) || !json[key].is_string())
        throw ConfigError(where + "no text '" + key +
                          "' (expected an object with img_path, coarse_label and fine_label)");
      return json[key].get<std::string>();
    };
    const auto fine = text("fine_label"), coarse = text("coarse_label");
    const auto label = labels.find(fine);
    if (label == labels.end())
      throw ConfigError(where + "'" + fine + "': no such class" +
                        did_you_mean(fine, taxonomy.fine));
    const auto parent = taxonomy.parent.at(static_cast<std::size_t>(label->second));
    if (const auto& right = taxonomy.coarse.at(static_cast<std::size_t>(parent)); coarse != right)
      throw ConfigError(where + "'" + fine + "' is under '" + coarse + "' (expected '" + right +
                        "')");
    rows.push_back({text("img_path"), label->second});
  }
  return rows;
}

std::vector<std::string> sample(const std::vector<std::string>& names, std::int64_t count,
                                const std::string& purpose) {
  const auto n = static_cast<std::int64_t>(names.size());
  if (n <= count) return names;
  std::vector<std::int64_t> order(names.size());
  std::iota(order.begin(), order.end(), 0);
  SplitMix random(derive_seed(0, purpose));
  for (std::int64_t i = 0; i < count; ++i)  // Fisher-Yates, as far as needed
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(random.between(i, n - 1))]);
  order.resize(static_cast<std::size_t>(count));
  std::sort(order.begin(), order.end());
  std::vector<std::string> drawn;
  for (const auto index : order) drawn.push_back(names[static_cast<std::size_t>(index)]);
  return drawn;
}

void note_counts(FileListing& listing, const std::string& split, std::int64_t original) {
  const auto& files = listing.splits[split];
  if (const auto count = static_cast<std::int64_t>(files.size()); count != original)
    listing.notes.push_back(split + ": " + std::to_string(count) + " pictures (the original has " +
                            std::to_string(original) + ")");
  std::vector<bool> there(listing.taxonomy.fine.size());
  for (const auto& file : files) there.at(static_cast<std::size_t>(file.label)) = true;
  constexpr std::size_t kNamed = 5;
  std::size_t absent = 0;
  std::string names;
  for (std::size_t i = 0; i < there.size(); ++i) {
    if (!there[i] && absent++ < kNamed)
      names += (absent == 1 ? "" : ", ") + listing.taxonomy.fine[i];
  }
  if (absent > 0)
    listing.notes.push_back(split + ": no pictures of " + std::to_string(absent) +
                            " classes: " + names + (absent > kNamed ? ", …" : ""));
}

}  // namespace lacuna::pictures
