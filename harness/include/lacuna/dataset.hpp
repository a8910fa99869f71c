// A dataset plugin: concepts, pictures, labels, prompts, named forget splits.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lacuna/taxonomy.hpp"

namespace lacuna {

// Where data that cannot be shipped is looked for: `--data DIR`, then LACUNA_DATA
// (colon-separated). May be empty.
struct DataRoots {
  std::vector<std::filesystem::path> folders;

  // The first `folder/relative` that exists. Throws ConfigError that names `relative`, every folder
  // tried, and --data.
  LACUNA_EXPORT std::filesystem::path find(const std::filesystem::path& relative) const;
};

// Constructed with its Params and the DataRoots: `T(Params, const DataRoots&)`. The constructor
// checks every file it needs and throws ConfigError naming the one that is missing or damaged; no
// later call fails for want of data. Same parameters and same files: same answers, in every
// process. [one thread per instance]
class LACUNA_EXPORT Dataset {
 public:
  virtual ~Dataset();

  virtual const Taxonomy& taxonomy() const = 0;

  // Prompts with one "{}" each, at least one. The first is the plain one ("a photo of a {}.").
  virtual std::vector<std::string> templates() const = 0;

  // Names of the splits, "train" and "test" at least where there is something to train on;
  // zero-shot suites need "test".
  virtual std::vector<std::string> splits() const = 0;

  // Fine labels of a whole split: int64 [N] on the CPU. The coarse label is
  // taxonomy().parent[fine].
  virtual at::Tensor labels(const std::string& split) const = 0;

  // Pictures as uint8 [H, W, 3], RGB, one tensor an index; sizes may differ. The caller owns them.
  virtual std::vector<at::Tensor> images(const std::string& split,
                                         std::span<const std::int64_t> indices) const = 0;

  // Named lists of fine class names to forget ("difficult", …). Empty if the dataset has none.
  virtual std::map<std::string, std::vector<std::string>> forget_splits() const { return {}; }

  // What this data is, as text that changes when any picture or label would: a rendering version
  // with its seed and counts, or the files' content hashes. It is hashed into every cell's key.
  virtual std::string manifest() const = 0;
};

}  // namespace lacuna
