#include "fetch/model_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fetch/catalogue.hpp"
#include "lacuna/taxonomy.hpp"
#include "support/share_folder.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

// "<publisher>/<name>"; "../x" and "/x" are paths.
bool may_be_name(const std::string& text) {
  return is_safe_relative(text) && std::count(text.begin(), text.end(), '/') == 1;
}

// A name of a model that comes with the program, and no path.
bool is_word(const std::string& text) {
  return is_safe_relative(text) && text.find('/') == text.npos;
}

std::vector<std::string> shipped_models() {
  std::vector<std::string> out;
  std::error_code error;  // nothing to be listed is no model
  for (const auto& folder : fs::directory_iterator(share_folder() / "models", error))
    out.push_back(folder.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> model_names() {
  std::vector<std::string> out;
  for (const auto& [name, item] : Catalogue::builtin().items())
    if (item.kind == "model") out.push_back(name);
  return out;
}

}  // namespace

NamedModel find_model(const std::string& text, const fs::path& base, const DataRoots& roots) {
  std::error_code ignored;
  const auto path = base / text;
  std::vector<fs::path> here_or_shipped{path};
  if (is_word(text)) here_or_shipped.push_back(share_folder() / "models" / text);
  for (const auto& here : here_or_shipped) {
    if (!fs::exists(here, ignored)) continue;
    const auto place = fs::weakly_canonical(here);
    return {(fs::is_directory(place) ? place.filename() : place.stem()).string(), place};
  }
  if (!may_be_name(text))
    throw ConfigError(path.string() +
                      ": no such file or folder (a model is a folder, a .pt file, or a name such "
                      "as demo or openai/ViT-L-14)" +
                      did_you_mean(text, shipped_models()));

  std::vector<std::string> tried{path.string()};
  for (const auto& folder : roots.folders) {
    for (const auto* ending : {"", ".pt"}) {
      const auto place = folder / "models" / (text + ending);
      if (fs::exists(place, ignored)) return {text, fs::weakly_canonical(place)};
      tried.push_back(place.string());
    }
  }
  const auto places = fmt::format("{}: not found as {}", text, fmt::join(tried, ", "));
  const auto* item = Catalogue::builtin().find(text);
  if (item && item->kind == "model")
    throw ModelMissing(fmt::format("{} (get it: {})", places, how_to_get(*item, roots)));
  const auto hint = did_you_mean(text, model_names());
  throw ConfigError(places +
                    (hint.empty() ? " (lacuna fetch --list shows the names of models)" : hint));
}

}  // namespace lacuna
