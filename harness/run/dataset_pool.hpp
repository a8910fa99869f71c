// Every dataset that a suite names, constructed once, with what identifies it in a cell's key.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "plugin/registry.hpp"
#include "run/suite.hpp"

namespace lacuna {

struct PooledDataset {
  // {"id", "version", "params", "manifest", "prompts"}, of files also "pictures" (how they become
  // bytes); hashes null if unavailable
  nlohmann::json identity;
  nlohmann::json job;                // {"id", "params", "library"}: how a worker constructs it
  std::unique_ptr<Dataset> dataset;  // null: its data is not there
  std::string unavailable;           // then, why
};

class DatasetPool {
 public:
  // Both are kept by reference.
  DatasetPool(const Registry& registry, const DataRoots& roots)
      : registry_(registry), roots_(roots) {}

  // Throws ConfigError for an unknown plugin or bad parameters, PluginError if the plugin fails
  // otherwise; missing or damaged data is not thrown but told. The reference stays valid.
  const PooledDataset& get(const PluginUse& use);

  // All that were asked for, each once.
  const std::map<std::string, PooledDataset>& all() const { return datasets_; }

 private:
  const Registry& registry_;
  const DataRoots& roots_;
  std::map<std::string, PooledDataset> datasets_;
};

// Throws ConfigError if `split` is not one of the dataset's.
void check_split(const Dataset& dataset, const std::string& split);

}  // namespace lacuna
