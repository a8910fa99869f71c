// A spec lists its fields once; its key, its JSON and its reader all follow from that list.
//
//   struct SplitSpec {
//     using is_spec = void;
//     std::string split; std::filesystem::path folder;
//     static void fields(auto& self, auto&& field) {
//       field("split", self.split);
//       field.place("folder", self.folder);   // of this machine: in no key, in no published file
//       field.optional("tag", self.tag);      // not written where it is empty
//     }
//   };
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "lacuna/error.hpp"
#include "lacuna/json_view.hpp"
#include "lacuna/metric.hpp"

namespace lacuna {

// Which fields are written.
enum class Fields { identity, all };

template <class T>
nlohmann::json to_json(const T& spec, Fields which);
template <class T>
void read_spec(const JsonView& view, T& out);

namespace detail {

template <class T>
nlohmann::json written(const T& value, Fields which) {
  if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return value.string();
  } else if constexpr (std::is_same_v<T, Role>) {
    return to_string(value);
  } else if constexpr (requires {
                         value.empty();
                         value.front();
                       } &&
                       !std::is_same_v<T, std::string> && !std::is_same_v<T, nlohmann::json>) {
    auto out = nlohmann::json::array();
    for (const auto& one : value) out.push_back(written(one, which));
    return out;
  } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string> &&
                       !std::is_same_v<T, nlohmann::json> &&
                       !requires { typename T::mapped_type; }) {
    return to_json(value, which);
  } else {
    return value;
  }
}

inline void read_value(const JsonView& view, std::string& out) { out = view.text(); }
inline void read_value(const JsonView& view, std::int64_t& out) { out = view.integer(); }
inline void read_value(const JsonView& view, double& out) { out = view.number(); }
inline void read_value(const JsonView& view, bool& out) { out = view.boolean(); }
inline void read_value(const JsonView& view, nlohmann::json& out) { out = view.raw(); }
inline void read_value(const JsonView& view, std::filesystem::path& out) { out = view.text(); }
inline void read_value(const JsonView& view, Role& out) {
  try {
    out = role_from(view.text());
  } catch (const ConfigError& error) {
    view.fail(error.what());
  }
}
template <class T>
requires requires { typename T::is_spec; }
void read_value(const JsonView& view, T& out) { read_spec(view, out); }
template <class T>
void read_value(const JsonView& view, std::vector<T>& out);
template <class T>
void read_value(const JsonView& view, std::map<std::string, T>& out) {
  for (const auto& [name, value] : view.members()) read_value(value, out[name]);
}
template <class T>
void read_value(const JsonView& view, std::vector<T>& out) {
  for (const auto& one : view.items()) read_value(one, out.emplace_back());
}

struct Writer {
  nlohmann::json& out;
  Fields which;
  template <class T>
  void operator()(const char* name, const T& value) {
    out[name] = written(value, which);
  }
  template <class T>
  void optional(const char* name, const T& value) {
    if (!(value == T{})) out[name] = written(value, which);
  }
  template <class T>
  void place(const char* name, const T& value) {
    if (which == Fields::all) out[name] = written(value, which);
  }
};

struct Reader {
  const JsonView& view;
  template <class T>
  void operator()(const char* name, T& value) {
    read_value(view.at(name), value);
  }
  template <class T>
  void optional(const char* name, T& value) {
    if (const auto found = view.find(name)) read_value(*found, value);
  }
  template <class T>
  void place(const char* name, T& value) {
    optional(name, value);
  }
};

}  // namespace detail

// `identity`: what its key is the hash of, and what is published. `all`: for a worker of this
// machine.
template <class T>
nlohmann::json to_json(const T& spec, Fields which) {
  auto out = nlohmann::json::object();
  T::fields(spec, detail::Writer{out, which});
  return out;
}

// Throws ConfigError("<file>: <place>: reason").
template <class T>
void read_spec(const JsonView& view, T& out) {
  T::fields(out, detail::Reader{view});
}
template <class T>
T read_spec(const JsonView& view) {
  T out;
  read_spec(view, out);
  return out;
}

}  // namespace lacuna
