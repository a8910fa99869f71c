#include "pictures/folders.hpp"

#include <algorithm>

#include "lacuna/error.hpp"
#include "pictures/listing.hpp"

namespace lacuna::pictures {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamed = 10;  // names that a message lists

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

fs::path find_folder(const DataRoots& roots, const Source& source,
                     const std::vector<std::string>& spellings,
                     const std::vector<std::string>& markers) {
  std::string incomplete;
  for (const auto& root : roots.folders) {
    for (const auto& spelling : spellings) {
      const auto folder = fs::absolute(spelling.empty() ? root : root / spelling);
      std::string lacking;
      std::size_t there = 0;
      for (const auto& marker : markers) {
        if (is_there(folder / marker))
          ++there;
        else
          lacking += (lacking.empty() ? "" : ", ") + marker;
      }
      if (lacking.empty()) return folder.lexically_normal();
      if (there > 0 && incomplete.empty()) incomplete = folder.string() + ": lacks " + lacking;
    }
  }
  if (incomplete.empty()) not_there(source, spellings.front() + '/' + markers.front(), roots);
  throw ConfigError(source.id + ": " + incomplete + " (get " + source.get + ')');
}

Contents contents_of(const fs::path& folder) {
  Contents found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code dangling;
    const auto name = entry->path().filename().string();
    const bool hidden = name.starts_with('.') || name == "__MACOSX";
    if (!hidden && entry->is_directory(dangling)) {
      found.folders.push_back(name);
    } else if (is_picture_name(name) && !entry->is_directory(dangling)) {
      found.pictures.push_back(name);
    } else {
      found.others.push_back(name);
    }
  }
  if (error) throw ConfigError(folder.string() + ": cannot be listed: " + error.message());
  for (auto* names : {&found.pictures, &found.folders, &found.others})
    std::sort(names->begin(), names->end());
  return found;
}

std::string some_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  return text + (names.size() > kNamed ? ", …" : "");
}

void Ignored::add(const fs::path& folder, const std::vector<std::string>& names) {
  count_ += names.size();
  for (const auto& name : names)
    if (some_.size() <= kNamed) some_.push_back((folder / name).generic_string());
}

void Ignored::note(std::vector<std::string>& notes) const {
  if (count_ == 0) return;
  notes.push_back("ignored: " + std::to_string(count_) +
                  (count_ == 1 ? " file that is no picture" : " files that are no pictures") +
                  " (" + some_of(some_) + ")");
}

}  // namespace lacuna::pictures
