// The steps before a prediction: planning, building a set of samples, unlearning.
#include <ATen/ATen.h>

#include <algorithm>
#include <map>

#include "doors/doors.hpp"
#include "model/weights/checkpoint.hpp"
#include "model/weights/safetensors.hpp"
#include "run/jobs/matching.hpp"
#include "run/machine/compute.hpp"
#include "run/machine/progress_file.hpp"
#include "run/steps/worker.hpp"
#include "support/device.hpp"
#include "support/hash.hpp"
#include "train/proxies.hpp"
#include "train/samples_file.hpp"
#include "train/unlearn.hpp"

namespace lacuna {

using nlohmann::json;

namespace {

// What a request grants of the concepts that are not to be forgotten.
Samples retain_samples(const SetSpec& spec, const Dataset& dataset,
                       const std::vector<std::int64_t>& forget) {
  std::vector<std::int64_t> others;
  for (std::int64_t label = 0; label < std::ssize(dataset.taxonomy().fine); ++label)
    if (std::find(forget.begin(), forget.end(), label) == forget.end()) others.push_back(label);
  const auto& [split, samples_per_concept] = spec.request.retain;
  const auto indices = draw_proxies(dataset, split, others, samples_per_concept,
                                    static_cast<std::uint64_t>(spec.seed), "retain proxy");
  auto samples = picture_samples(dataset, split, indices, spec.image_size);
  ask_to_keep(samples, dataset.labels(split).index_select(0, at::tensor(indices, at::kLong)));
  return samples;
}

Samples forget_samples(const SetSpec& spec, const Dataset& dataset,
                       const std::vector<std::int64_t>& labels) {
  const auto& request = spec.request;
  const auto& taxonomy = dataset.taxonomy();
  at::Tensor fine;
  Samples samples;
  if (request.exemplars == "text") {
    samples = text_samples(dataset, labels, fine);
  } else {
    const auto indices = draw_proxies(dataset, request.split, labels, request.samples_per_concept,
                                      static_cast<std::uint64_t>(spec.seed));
    fine = dataset.labels(request.split).index_select(0, at::tensor(indices, at::kLong));
    samples = picture_samples(dataset, request.split, indices, spec.image_size);
  }
  const auto coarse =
      match_concepts(Role::in_domain, request.forget_coarse, taxonomy, Level::coarse);
  ask_to_forget(samples, fine, coarse.labels);
  return samples;
}

// What a method is told, where the request's samples are not as many as it asked for.
std::map<std::string, std::int64_t> fewer_than_asked(const RequestIdentity& request,
                                                     const Samples& forget) {
  if (request.exemplars == "text") return {};
  return fewer_samples(forget, request.samples_per_concept);
}

Unlearned by_door(const UnlearnOrder& order, const Checkpoint& original, const SampleSets& sets) {
  const auto& method = order.spec.method;
  const Handover handover(method.id);
  auto weights = through_door({.id = method.id,
                               .resolved = {{"params", method.params},
                                            {"contents", method.contents},
                                            {"places", method.places}},
                               .original = original,
                               .sets = sets,
                               .request = to_json(order.spec.request, Fields::identity),
                               .seed = order.spec.seed,
                               .work = order.work});
  return {std::move(weights),
          {{"steps", json::array()}, {"epochs", json::array()}, {"kept_epoch", nullptr}}};
}

Unlearned by_plugin(const UnlearnOrder& order, const Checkpoint& original, SampleSets sets,
                    c10::Device device) {
  const auto& spec = order.spec;
  Registry registry;
  registry.load(spec.method.library);
  const auto& method = *registry.find(Kind::method, spec.method.id).entry;
  NamedTensors begin;
  if (!order.input.empty())
    begin = load_checkpoint(spec.model.folder,
                            {.weights = order.input, .vocabulary = spec.model.vocabulary})
                .weights;
  const UnlearnJob job{.params = spec.method.params,
                       .kl = parse<KlConfig>(spec.kl),
                       .training = parse<TrainingConfig>(spec.training),
                       .seed = static_cast<std::uint64_t>(spec.seed),
                       .device = device,
                       .begin = std::move(begin)};
  return unlearn(original, std::move(sets), method, job, [](const Progress& progress) {
    report_progress({.step = progress.step,
                     .steps = progress.steps,
                     .epoch = progress.epoch,
                     .loss = progress.loss,
                     .forget_accuracy = progress.forget_accuracy,
                     .note = progress.note});
  });
}

}  // namespace

void worker_set(const SetOrder& order, const WorkerHead& head) {
  prepare_compute("cpu", static_cast<int>(head.threads));
  Registry registry;
  const auto& spec = order.spec;
  const auto& request = spec.request;
  const auto dataset = open_dataset(registry, request.dataset, spec.data);
  const auto labels = fine_labels(dataset->taxonomy(), request.concepts);
  SampleSets sets;
  naming(request.dataset.id, [&] {
    sets.forget = forget_samples(spec, *dataset, labels);
    if (request.retain) sets.retain = retain_samples(spec, *dataset, labels);
  });
  save_samples(order.set, sets);
}

JobResult worker_unlearn(const UnlearnOrder& order, const WorkerHead& head) {
  const auto device = prepare_compute(head.device, static_cast<int>(head.threads));
  const auto& spec = order.spec;
  const auto original = load_checkpoint(spec.model.folder, {.vocabulary = spec.model.vocabulary});
  auto sets = load_samples(order.set);
  const auto fewer = fewer_than_asked(spec.request, sets.forget);
  auto unlearned = is_door(spec.method.id) ? by_door(order, original, sets)
                                           : by_plugin(order, original, std::move(sets), device);
  const auto kl = parse<KlConfig>(spec.kl);
  if ((kl.coarse > 0 || kl.fine > 0) && unlearned.trajectory.at("kept_epoch").is_null())
    throw NotApplicable("kl: the method ran no loop, so nothing was added (leave kl out)");
  save_safetensors(order.weights, unlearned.weights);
  if (!fewer.empty()) unlearned.trajectory["fewer_samples"] = fewer;
  auto out = result_of(Step::unlearn, order);
  out.trajectory = std::move(unlearned.trajectory);
  out.weights_sha256 = sha256_file(order.weights);
  return out;
}

}  // namespace lacuna
