// Every dataset that a suite names, constructed once, with what identifies it in a job's key.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "plugin/registry.hpp"
#include "run/jobs/specs.hpp"
#include "run/suite/suite.hpp"

namespace lacuna {

struct PooledDataset {
  DatasetSpec spec = {};                  // its hashes null if it is unavailable
  std::unique_ptr<Dataset> dataset = {};  // null: its data is not there
  std::string unavailable = {};           // then, why
};

class DatasetPool {
 public:
  // Loads the plugin files `libraries` (by the datasets' ids) and nothing else. `roots` is kept by
  // reference.
  DatasetPool(const std::map<std::string, std::string>& libraries, const DataRoots& roots);

  // Throws ConfigError for bad parameters, PluginError if the plugin fails otherwise; missing or
  // damaged data is not thrown but told. The reference stays valid.
  const PooledDataset& get(const PluginUse& use);

  // All that were asked for, each once.
  const std::map<std::string, PooledDataset>& all() const { return datasets_; }

 private:
  Registry registry_;
  const DataRoots& roots_;
  std::map<std::string, PooledDataset> datasets_;
};

}  // namespace lacuna
