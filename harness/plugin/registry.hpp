// Every plugin the process knows, by kind and id.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/plugin.hpp"

namespace lacuna {

// A plugin entry and the file it came from.
struct Registered {
  const Entry* entry;
  std::filesystem::path library;
};

// A file that was found in a plugin folder and could not be used.
struct Refused {
  std::filesystem::path library;
  std::string reason;  // a whole message
};

class Registry {
 public:
  // Opens a plugin file, for good: plugins are never unloaded (docs/plugins.md says why). The build
  // id is compared before any of its code runs. Throws PluginError("<path>: reason"): unreadable,
  // not an ELF file, not a plugin, built for a different lacuna (both ids follow), does not link,
  // an id that is already taken or badly formed, an empty summary. After a throw the registry is as
  // it was.
  void load(const std::filesystem::path& library);

  // Loads every *.so of a folder, in name order; what cannot be used is remembered in refused(),
  // not thrown. A folder that does not exist throws ConfigError.
  void load_folder(const std::filesystem::path& folder);

  // Throws ConfigError("'<id>': no such <kind> plugin (known: …; did you mean …)"), naming refused
  // files if any.
  const Registered& find(Kind kind, const std::string& id) const;

  const std::map<std::pair<Kind, std::string>, Registered>& entries() const { return entries_; }
  const std::vector<Refused>& refused() const { return refused_; }

 private:
  std::map<std::pair<Kind, std::string>, Registered> entries_;
  std::vector<Refused> refused_;
};

// Where plugins are looked for, in this order and without duplicates: the folders given by
// `--plugins`, whether they exist or not; then, if they do, those of LACUNA_PLUGINS
// (colon-separated), `plugins/` beside the program, `../<libdir>/lacuna/plugins` of an installed program.
std::vector<std::filesystem::path> plugin_folders(const std::vector<std::filesystem::path>& given);

// load_folder on each of them. Throws ConfigError for a given folder that does not exist.
Registry load_plugins(const std::vector<std::filesystem::path>& given);

// SHA-256 of a plugin file: part of a cell's key.
std::string binary_hash(const Registered& plugin);

// Runs `body`, which calls into plugin `id`; whatever it throws arrives as a PluginError that names
// the plugin, a c10::Error without its backtrace. ConfigError gets the id in front; an
// out-of-memory error says "out of memory".
template <class F>
auto guarded(const std::string& id, F&& body) -> decltype(body());

}  // namespace lacuna

#include "plugin/guarded.inl.hpp"
