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
// checks that every file it needs is there and throws ConfigError naming those that are missing; a
// picture that cannot be decoded is an Error of images() that names the file. Same parameters and
// same files: same answers, in every process. [const calls from any thread, several at once]
class LACUNA_EXPORT Dataset {
 public:
  virtual ~Dataset();

  virtual const Taxonomy& taxonomy() const = 0;

  // Prompts with one "{}" each, at least one, in the order that the source has them.
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

  // The file that a picture is decoded from, absolute; empty if it is drawn or lies in an archive.
  // Equal bytes in that file, equal picture: caches of resized pictures are keyed by them.
  virtual std::filesystem::path file(const std::string& split, std::int64_t index) const;

  // What a reader should know of these files, a line each: what was ignored and how many of it,
  // which of several layouts was found, which rule drew the split. For `lacuna data check`.
  virtual std::vector<std::string> notes() const { return {}; }

  // Named lists of fine class names to forget ("difficult", …). Empty if the dataset has none.
  virtual std::map<std::string, std::vector<std::string>> forget_splits() const { return {}; }

  // What this data is, as text that changes when any picture or label would: a rendering version
  // with its seed and counts, the files' content hashes, or, where hashing all of them would take
  // hours, every file's name, size and label. It is hashed into every cell's key.
  virtual std::string manifest() const = 0;
};

}  // namespace lacuna
