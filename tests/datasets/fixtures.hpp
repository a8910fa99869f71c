// What the tests of the data set plugins share: the real plugins, and their pictures as bytes.
#pragma once

// LibTorch first: it defines a CHECK of its own, which Catch2 then replaces.
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "lacuna/error.hpp"
#include "plugin/registry.hpp"

namespace lacuna::testing {

// The real plugins.
inline Registry& registry() {
  static auto& loaded = *[] {
    auto* all = new Registry;
    for (const char* name : {"shapes", "letters", "digits", "textures", "cifar100", "food101",
                             "flowers102", "caltech101", "imagenet1k", "image_folder"}) {
      all->load(std::filesystem::path(LACUNA_PLUGIN_DIR) / (std::string(name) + ".so"));
    }
    return all;
  }();
  return loaded;
}

inline std::unique_ptr<Dataset> dataset(const std::string& id, const nlohmann::json& params = {},
                                        const DataRoots& roots = {}) {
  return registry().find(Kind::dataset, id).entry->make_dataset(params, roots);
}

inline std::vector<std::int64_t> range(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), first);
  return indices;
}

// One string of bytes a picture.
inline std::vector<std::string> pictures(const Dataset& data, const std::string& split,
                                         const std::vector<std::int64_t>& indices) {
  std::vector<std::string> all;
  for (const auto& picture : data.images(split, indices)) {
    all.emplace_back(static_cast<const char*>(picture.const_data_ptr()),
                     static_cast<std::size_t>(picture.numel()));
  }
  return all;
}

// The message of the ConfigError that `body` throws; "" if it throws none.
template <class Body>
std::string refusal(Body body) {
  try {
    body();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace lacuna::testing
