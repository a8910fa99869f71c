#include "run/plan/dataset_pool.hpp"

#include <set>

#include "model/pictures/resize.hpp"
#include "run/machine/progress_file.hpp"
#include "support/hash.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// All the text that turns class names into a classifier.
std::string prompts_hash(const Dataset& dataset) {
  const auto& taxonomy = dataset.taxonomy();
  const json all{{"templates", dataset.templates()},
                 {"fine", taxonomy.fine},
                 {"coarse", taxonomy.coarse},
                 {"parent", taxonomy.parent}};
  return sha256(all.dump());
}

}  // namespace

DatasetPool::DatasetPool(const std::map<std::string, std::string>& libraries,
                         const DataRoots& roots)
    : roots_(roots) {
  std::set<std::string> files;
  for (const auto& [id, library] : libraries)
    if (files.insert(library).second) registry_.load(library);
}

const PooledDataset& DatasetPool::get(const PluginUse& use) {
  const auto& plugin = registry_.find(Kind::dataset, use.id);
  const auto params = guarded(use.id, [&] { return plugin.entry->resolve(use.params); });
  const auto [found, is_new] =
      datasets_.try_emplace(use.id + params.dump() + json(use.parts).dump());
  auto& pooled = found->second;
  if (!is_new) return pooled;
  auto& spec = pooled.spec;
  spec = {.id = use.id,
          .version = plugin.entry->info.version,
          .params = params,
          .parts = use.parts.empty() ? json() : json(use.parts),
          .library = plugin.library};
  const Handover handover(use.id);
  std::unique_ptr<Dataset> dataset;
  try {
    dataset = guarded(use.id, [&] { return plugin.entry->make_dataset(params, roots_); });
  } catch (const ConfigError& error) {  // the parameters were good, so it is the files
    pooled.unavailable = error.what();
    return pooled;
  }
  check_parts(*dataset, use.parts);
  try {
    guarded(use.id, [&] {
      pooled.dataset = divide(std::move(dataset), *plugin.entry, use.parts, roots_);
      spec.manifest = sha256(pooled.dataset->manifest());
      spec.prompts = prompts_hash(*pooled.dataset);
      if (const auto& data = *pooled.dataset; !data.file(data.splits().front(), 0).empty())
        spec.pictures = picture_pipeline();
    });
  } catch (const ConfigError& error) {
    pooled.unavailable = error.what();
  }
  return pooled;
}

}  // namespace lacuna
