// The handshake: the one symbol a plugin exports and the one string that decides whether it may be
// used.
#pragma once

#include <torch/version.h>  // TORCH_VERSION

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>  // NLOHMANN_JSON_VERSION_*

#include "lacuna/abi_hash.hpp"  // LACUNA_ABI: the hash of these headers, made by the build

#define LACUNA_EXPORT __attribute__((visibility("default")))
#define LACUNA_STR2(x) #x
#define LACUNA_STR(x) LACUNA_STR2(x)

#ifdef _GLIBCXX_DEBUG
#define LACUNA_DEBUG_STL "1"
#else
#define LACUNA_DEBUG_STL "0"
#endif

// Everything that must agree between host and plugin for C++ objects to cross. Compared whole. A
// literal in the plugin's read-only data, so the host finds it in the file before dlopen, and runs
// nothing of a plugin that differs.
#define LACUNA_BUILD_MAGIC "lacuna-build "
#define LACUNA_BUILD_ID \
  LACUNA_BUILD_MAGIC    \
  "abi=" LACUNA_ABI " gcc=" LACUNA_STR(__GNUC__) " gxxabi=" LACUNA_STR( \
      __GXX_ABI_VERSION) " cxx11abi=" LACUNA_STR(_GLIBCXX_USE_CXX11_ABI)            \
      " stldebug=" LACUNA_DEBUG_STL " std=" LACUNA_STR(                             \
          __cplusplus) " torch=" TORCH_VERSION                                      \
                       " json=" LACUNA_STR(NLOHMANN_JSON_VERSION_MAJOR) "." LACUNA_STR( \
                           NLOHMANN_JSON_VERSION_MINOR) "." LACUNA_STR(NLOHMANN_JSON_VERSION_PATCH)

extern "C" {
// Plain C layout: safe to read before the build ids are known to match. `entries` is not.
struct lacuna_plugin {
  const char* build_id;  // LACUNA_BUILD_ID of that SDK
  std::size_t count;     // number of entries
  const void* entries;   // const lacuna::Entry[count], alive for the life of the process
};
}
