#include "plugin/registry.hpp"

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cstdlib>
#include <cstring>
#include <set>
#include <vector>  // Boost 1.74's elf_info.hpp needs it and does not say so

#include "lacuna/taxonomy.hpp"
#include "plugin/build_id.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

namespace lacuna {

namespace {

namespace fs = std::filesystem;
using EntryFunction = const lacuna_plugin*();

constexpr auto entry_symbol = "lacuna_plugin_entry";

[[noreturn]] void refuse(const fs::path& library, const std::string& reason) {
  throw PluginError(library.string() + ": " + reason);
}

[[noreturn]] void refuse_build(const fs::path& library, const std::string& theirs) {
  refuse(library, "built for a different lacuna, rebuild it (plugin: '" + theirs +
                      "'; host: '" LACUNA_BUILD_ID "')");
}

// Everything that can be known without running the file.
void check_bytes(const fs::path& library) {
  std::string bytes;
  try {
    bytes = read_file(library);
  } catch (const ConfigError& e) {  // "<path>: reason" already
    throw PluginError(e.what());
  }
  if (const auto reason = why_not_elf(bytes); !reason.empty())
    refuse(library, "not a lacuna plugin: " + reason);
  const auto id = find_build_id(bytes, LACUNA_BUILD_ID);
  if (id.empty()) refuse(library, "not a lacuna plugin: it holds no build id");
  if (id != LACUNA_BUILD_ID) refuse_build(library, id);
}

// Boost says "boost::dll::shared_library::load() failed (dlerror system message: …): Bad file
// descriptor".
std::string words_of_the_loader(const std::string& text) {
  constexpr std::string_view before = "dlerror system message: ";
  const auto start = text.find(before), end = text.rfind("): ");
  if (start == text.npos || end == text.npos || end < start + before.size()) return text;
  return text.substr(start + before.size(), end - start - before.size());
}

// For good. Leaked on purpose: autograd nodes, exceptions and dispatcher entries point into plugin
// code.
const boost::dll::shared_library& open_forever(const fs::path& library) {
  namespace dll = boost::dll;
  static auto& libraries = *new std::vector<std::unique_ptr<dll::shared_library>>;
  try {
    // Absolute: the system would search its own folders for a bare name. Only the throwing
    // constructor says why.
    libraries.push_back(std::make_unique<dll::shared_library>(
        fs::absolute(library), dll::load_mode::rtld_now | dll::load_mode::rtld_local));
  } catch (const std::exception& e) {
    refuse(library, "cannot be loaded: " + words_of_the_loader(e.what()));
  }
  return *libraries.back();
}

bool is_id(const std::string& id) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !id.empty() && lower(id.front()) && std::all_of(id.begin(), id.end(), [&](char c) {
    return lower(c) || (c >= '0' && c <= '9') || c == '_';
  });
}

// What is wrong with an entry, or "".
std::string fault_of(const Entry& entry) {
  const auto& info = entry.info;
  if (!is_id(info.id)) return "the id '" + info.id + "' is badly formed (expected [a-z][a-z0-9_]*)";
  if (info.summary.empty() || info.summary.find('\n') != info.summary.npos)
    return "'" + info.id + "' has no summary of one line";
  if (info.version.empty()) return "'" + info.id + "' has no version";
  const int makers = (entry.make_objective != nullptr) + (entry.make_method != nullptr) +
                     (entry.make_dataset != nullptr) + (entry.make_metric != nullptr);
  const bool fits = entry.kind == Kind::method    ? entry.make_objective || entry.make_method
                    : entry.kind == Kind::dataset ? entry.make_dataset != nullptr
                                                  : entry.make_metric != nullptr;
  if (makers != 1 || !fits || !entry.describe || !entry.resolve)
    return "'" + info.id + "' is not made by objective(), method(), dataset() or metric()";
  return "";
}

std::vector<fs::path> from_environment() {
  std::vector<fs::path> folders;
  const char* text = std::getenv("LACUNA_PLUGINS");
  std::string rest = text ? text : "";
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    if (colon != 0) folders.emplace_back(rest.substr(0, colon));
    rest = colon == rest.npos ? "" : rest.substr(colon + 1);
  }
  return folders;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

void Registry::load(const fs::path& library) { load(library, /*of_folder=*/false); }

void Registry::load(const fs::path& library, bool of_folder) {
  check_bytes(library);
  const auto& opened = open_forever(library);
  if (!opened.has(entry_symbol))
    refuse(library, std::string("has no ") + entry_symbol + " (its last line is LACUNA_PLUGIN)");
  const auto* plugin =
      guarded(library.string(), [&] { return opened.get<EntryFunction>(entry_symbol)(); });
  if (!plugin || !plugin->build_id || (!plugin->entries && plugin->count > 0))
    refuse(library, "its entry function returned nothing");
  if (std::strcmp(plugin->build_id, LACUNA_BUILD_ID) != 0) refuse_build(library, plugin->build_id);

  auto entries = entries_;  // the whole file, or nothing of it
  const auto* first = static_cast<const Entry*>(plugin->entries);
  for (const auto* entry = first; entry != first + plugin->count; ++entry) {
    if (const auto fault = fault_of(*entry); !fault.empty()) refuse(library, fault);
    const std::pair key{entry->kind, entry->info.id};
    const auto [it, added] = entries.emplace(key, Registered{entry, library});
    if (added) continue;
    if (of_folder && by_path_.contains(it->second.library)) {
      it->second.replaced = library;
      continue;
    }
    if (of_folder && sha256_file(library) != binary_hash(it->second)) contested_[key] = library;
    refuse(library, std::string("the ") + to_string(entry->kind) + " '" + entry->info.id +
                        "' is already loaded from " + it->second.library.string());
  }
  entries_ = std::move(entries);
}

void Registry::load_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw ConfigError(folder.string() +
                      ": no such folder (--plugins names a folder of *.so files)");
  std::set<fs::path> libraries;  // in name order
  for (const auto& file : fs::directory_iterator(folder))
    if (file.path().extension() == ".so") libraries.insert(file.path());
  for (const auto& library : libraries) {
    const auto is_this = [&](const auto& other) { return fs::equivalent(library, other, error); };
    if (std::any_of(by_path_.begin(), by_path_.end(), is_this)) continue;
    try {
      load(library, /*of_folder=*/true);
    } catch (const Error& e) {
      refused_.push_back({library, e.what()});
    }
  }
}

void Registry::load_all(const std::vector<fs::path>& paths) {
  std::error_code error;
  const auto is_file = [&](const auto& path) { return fs::is_regular_file(path, error); };
  for (const auto& path : paths) {
    if (!is_file(path)) continue;
    load(path);
    by_path_.insert(path);
  }
  for (const auto& path : paths)
    if (!is_file(path)) load_folder(path);
}

const Registered& Registry::find(Kind kind, const std::string& id) const {
  if (const auto it = contested_.find({kind, id}); it != contested_.end()) {
    const auto first = entries_.at({kind, id}).library.string(), second = it->second.string();
    throw ConfigError(
        "'" + id + "': two files bring this " + to_string(kind) + ": " + first + " and " + second +
        " (give one an id of its own, or name the file that is meant: --plugins " + first + ")");
  }
  if (const auto it = entries_.find({kind, id}); it != entries_.end()) return it->second;
  std::vector<std::string> known, files;
  for (const auto& [key, _] : entries_)
    if (key.first == kind) known.push_back(key.second);
  for (const auto& refused : refused_) files.push_back(refused.library.filename().string());
  auto text = "'" + id + "': no such " + to_string(kind) +
              " plugin (known: " + (known.empty() ? "none" : joined(known));
  if (const auto hint = did_you_mean(id, known); !hint.empty())
    text += "; " + hint.substr(2, hint.size() - 3);
  if (!files.empty()) text += "; refused: " + joined(files) + ", see lacuna doctor";
  throw ConfigError(text + ")");
}

std::vector<fs::path> plugin_folders(const std::vector<fs::path>& given) {
  auto wanted = given;
  for (auto& folder : from_environment()) wanted.push_back(std::move(folder));
  std::error_code error;
  if (const auto program = fs::read_symlink("/proc/self/exe", error); !error) {
    wanted.push_back(program.parent_path() / "plugins");
    wanted.push_back(program.parent_path().parent_path() / LACUNA_INSTALLED_PLUGINS);
  }
  std::vector<fs::path> folders;
  std::set<fs::path> seen;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if ((i < given.size() || fs::is_directory(wanted[i], error)) &&
        seen.insert(fs::weakly_canonical(wanted[i], error)).second)
      folders.push_back(wanted[i]);
  return folders;
}

Registry load_plugins(const std::vector<fs::path>& given) {
  Registry registry;
  registry.load_all(plugin_folders(given));
  return registry;
}

std::string binary_hash(const Registered& plugin) { return sha256_file(plugin.library); }

}  // namespace lacuna
