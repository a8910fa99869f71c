// The steps before an evaluation: planning, building a forgetting set, unlearning.
#include <cmath>

#include "model/checkpoint.hpp"
#include "model/safetensors.hpp"
#include "run/compute.hpp"
#include "run/matching.hpp"
#include "run/plan.hpp"
#include "run/progress_file.hpp"
#include "run/worker.hpp"
#include "support/device.hpp"
#include "train/forgetting_set.hpp"
#include "train/unlearn.hpp"

namespace lacuna {

using nlohmann::json;

json worker_plan(const json& job) {
  open_device(
      job.at("device"));  // a device that is not there is a mistake, not a failure of every cell
  Registry registry;
  for (const auto& folder : job.at("plugins")) registry.load_folder(folder.get<std::string>());
  DataRoots roots;
  for (const auto& folder : job.at("data")) roots.folders.emplace_back(folder.get<std::string>());
  auto suite = read_suite(job.at("suite").get<std::string>());
  if (!job.at("seeds").empty()) set_seeds(suite, job.at("seeds"));
  return {{"plan", to_json(make_plan(suite, registry, roots))}};
}

json worker_forgetting_set(const json& job) {
  prepare_compute("cpu", job.at("threads"));
  Registry registry;
  const auto dataset = open_dataset(registry, job.at("dataset"), job.at("data"));
  const std::string id = job.at("dataset").at("id");
  const auto& taxonomy = dataset->taxonomy();
  const auto labels = fine_labels(taxonomy, job.at("concepts"));
  ForgettingSet set;
  if (job.at("exemplars") == "text") {
    set = naming(id, [&] { return build_text_set(*dataset, labels); });
  } else {
    const std::string split = job.at("split");
    set = naming(id, [&] {
      const auto indices =
          draw_proxies(*dataset, split, labels, job.at("samples_per_concept"), job.at("seed"));
      return build_forgetting_set(*dataset, split, indices, job.at("image_size"));
    });
  }
  const auto coarse =
      match_concepts(Role::in_domain, job.at("forget_coarse"), taxonomy, Level::coarse);
  forget_coarse(set, coarse.labels);
  save_forgetting_set(job.at("out").get<std::string>(), set);
  return json::object();
}

json worker_unlearn(const json& job) {
  const auto device = prepare_compute(job.at("device"), job.at("threads"));
  Registry registry;
  registry.load(job.at("library").get<std::string>());
  const auto& method = *registry.find(Kind::method, job.at("method")).entry;
  const auto original = load_checkpoint(job.at("model").get<std::string>(),
                                        {.vocabulary = job.value("vocabulary", "")});
  const auto set = load_forgetting_set(job.at("set").get<std::string>());
  const UnlearnJob unlearn_job{.params = job.at("params"),
                               .kl = parse<KlConfig>(job.at("kl")),
                               .training = parse<TrainingConfig>(job.at("training")),
                               .seed = job.at("seed"),
                               .device = device};
  auto unlearned = unlearn(original, set, method, unlearn_job, [](const Progress& progress) {
    report_progress({.step = progress.step,
                     .steps = progress.steps,
                     .epoch = progress.epoch,
                     .loss = progress.loss,
                     .forget_accuracy = progress.forget_accuracy});
  });
  for (const auto& [name, tensor] : unlearned.weights) {
    if (!at::isfinite(tensor).all().item<bool>())
      throw NotFinite(name + ": a weight is not finite");
  }
  save_safetensors(job.at("weights").get<std::string>(), unlearned.weights);
  if (job.contains("samples_per_concept")) {
    const auto fewer = fewer_samples(set, job.at("samples_per_concept"));
    if (!fewer.empty()) unlearned.trajectory["fewer_samples"] = fewer;
  }
  return {{"trajectory", unlearned.trajectory}};
}

}  // namespace lacuna
