// The steps before an evaluation: planning, building a forgetting set, unlearning.
#include <ATen/ATen.h>

#include <algorithm>
#include <map>

#include "model/checkpoint.hpp"
#include "model/safetensors.hpp"
#include "run/compute.hpp"
#include "run/matching.hpp"
#include "run/progress_file.hpp"
#include "run/worker.hpp"
#include "support/device.hpp"
#include "train/proxies.hpp"
#include "train/samples_file.hpp"
#include "train/unlearn.hpp"

namespace lacuna {

using nlohmann::json;

namespace {

// What a request grants of the concepts that are not to be forgotten.
Samples retain_samples(const json& job, const Dataset& dataset,
                       const std::vector<std::int64_t>& forget) {
  std::vector<std::int64_t> others;
  for (std::int64_t label = 0; label < std::ssize(dataset.taxonomy().fine); ++label)
    if (std::find(forget.begin(), forget.end(), label) == forget.end()) others.push_back(label);
  const auto& grant = job.at("retain");
  const std::string split = grant.at("split");
  const auto indices = draw_proxies(dataset, split, others, grant.at("samples_per_concept"),
                                    job.at("seed"), "retain proxy");
  auto samples = picture_samples(dataset, split, indices, job.at("image_size"));
  ask_to_keep(samples, dataset.labels(split).index_select(0, at::tensor(indices, at::kLong)));
  return samples;
}

}  // namespace

json worker_forgetting_set(const json& job) {
  prepare_compute("cpu", job.at("threads"));
  Registry registry;
  const auto dataset = open_dataset(registry, job.at("dataset"), job.at("data"));
  const std::string id = job.at("dataset").at("id");
  const auto& taxonomy = dataset->taxonomy();
  const auto labels = fine_labels(taxonomy, job.at("concepts"));
  SampleSets sets;
  at::Tensor fine;
  if (job.at("exemplars") == "text") {
    sets.forget = naming(id, [&] { return text_samples(*dataset, labels, fine); });
  } else {
    const std::string split = job.at("split");
    sets.forget = naming(id, [&] {
      const auto indices =
          draw_proxies(*dataset, split, labels, job.at("samples_per_concept"), job.at("seed"));
      fine = dataset->labels(split).index_select(0, at::tensor(indices, at::kLong));
      return picture_samples(*dataset, split, indices, job.at("image_size"));
    });
  }
  const auto coarse =
      match_concepts(Role::in_domain, job.at("forget_coarse"), taxonomy, Level::coarse);
  ask_to_forget(sets.forget, fine, coarse.labels);
  if (job.contains("retain"))
    sets.retain = naming(id, [&] { return retain_samples(job, *dataset, labels); });
  save_samples(job.at("out").get<std::string>(), sets);
  return json::object();
}

json worker_unlearn(const json& job) {
  const auto device = prepare_compute(job.at("device"), job.at("threads"));
  Registry registry;
  registry.load(job.at("library").get<std::string>());
  const auto& method = *registry.find(Kind::method, job.at("method")).entry;
  const auto original = load_checkpoint(job.at("model").get<std::string>(),
                                        {.vocabulary = job.value("vocabulary", "")});
  auto sets = load_samples(job.at("set").get<std::string>());
  const auto fewer = job.contains("samples_per_concept")
                         ? fewer_samples(sets.forget, job.at("samples_per_concept"))
                         : std::map<std::string, std::int64_t>();
  const UnlearnJob unlearn_job{.params = job.at("params"),
                               .kl = parse<KlConfig>(job.at("kl")),
                               .training = parse<TrainingConfig>(job.at("training")),
                               .seed = job.at("seed"),
                               .device = device};
  auto unlearned =
      unlearn(original, std::move(sets), method, unlearn_job, [](const Progress& progress) {
        report_progress({.step = progress.step,
                         .steps = progress.steps,
                         .epoch = progress.epoch,
                         .loss = progress.loss,
                         .forget_accuracy = progress.forget_accuracy});
      });
  const auto& kl = unlearn_job.kl;
  if ((kl.coarse > 0 || kl.fine > 0) && unlearned.trajectory.at("kept_epoch").is_null())
    throw NotApplicable("kl: the method ran no loop, so nothing was added (leave kl out)");
  save_safetensors(job.at("weights").get<std::string>(), unlearned.weights);
  if (!fewer.empty()) unlearned.trajectory["fewer_samples"] = fewer;
  return {{"trajectory", unlearned.trajectory}};
}

}  // namespace lacuna
