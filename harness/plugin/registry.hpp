// Every plugin the process knows, by kind and id.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/plugin.hpp"

namespace lacuna {

// A plugin entry and the file it came from.
struct Registered {
  const Entry* entry;
  std::filesystem::path library;
  // The file of a folder that brings the same id and that this one stands in for, since it was
  // asked for by its own path; empty for all others.
  std::filesystem::path replaced = {};
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
  // not thrown. An id that another folder's file has, too, belongs to neither from then on. A
  // folder that does not exist throws ConfigError.
  void load_folder(const std::filesystem::path& folder);

  // The files among `paths` first: what is asked for by its own path stands in for what folders
  // bring of the same id. Then the folders. Throws as load() and load_folder() do.
  void load_all(const std::vector<std::filesystem::path>& paths);

  // Throws ConfigError("'<id>': no such <kind> plugin (known: …; did you mean …)"), naming refused
  // files if any, or naming both files if two different ones bring the id.
  const Registered& find(Kind kind, const std::string& id) const;

  const std::map<std::pair<Kind, std::string>, Registered>& entries() const { return entries_; }
  const std::vector<Refused>& refused() const { return refused_; }

 private:
  void load(const std::filesystem::path& library, bool of_folder);

  std::map<std::pair<Kind, std::string>, Registered> entries_;
  std::map<std::pair<Kind, std::string>, std::filesystem::path> contested_;  // by this file, too
  std::set<std::filesystem::path> by_path_;
  std::vector<Refused> refused_;
};

// Where plugins are looked for, in this order and without duplicates: the folders and files given
// by `--plugins`, whether they exist or not; then, if they do, those of LACUNA_PLUGINS
// (colon-separated), `plugins/` beside the program, `../<libdir>/lacuna/plugins` of an installed
// program.
std::vector<std::filesystem::path> plugin_folders(const std::vector<std::filesystem::path>& given);

// load_all of them. Throws ConfigError for a given folder that does not exist.
Registry load_plugins(const std::vector<std::filesystem::path>& given);

// SHA-256 of a plugin file: part of a cell's key.
std::string binary_hash(const Registered& plugin);

// Runs `body`, which calls into plugin `id`; whatever it throws arrives as a PluginError that names
// the plugin, a c10::Error without its backtrace. ConfigError gets the id in front; an
// out-of-memory error says "out of memory".
template <class F>
auto guarded(const std::string& id, F&& body) -> decltype(body());

// What a plugin throws on the way names it; what the harness and LibTorch have to say does not, for
// the model may be to blame.
template <class F>
auto naming(const std::string& id, F&& body) -> decltype(body());

}  // namespace lacuna

#include "plugin/guarded.inl.hpp"
