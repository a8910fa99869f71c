#include "train/unlearn.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <exception>
#include <map>

#include "plugin/registry.hpp"
#include "support/compute_mode.hpp"
#include "train/clip_subject.hpp"
#include "train/context.hpp"
#include "train/loop.hpp"
#include "train/not_finite.hpp"
#include "train/trajectory.hpp"

namespace lacuna {
namespace {

// guarded() for everything but NotFinite, which is a result of its own kind and not the plugin's
// failure.
template <class F>
void run_plugin(const std::string& id, F&& body) {
  std::exception_ptr not_finite;
  guarded(id, [&] {
    try {
      body();
    } catch (const NotFinite&) {
      not_finite = std::current_exception();
    }
  });
  if (not_finite) std::rethrow_exception(not_finite);
}

NamedTensors final_weights(Subject& subject, const nlohmann::json& trajectory) {
  NamedTensors out;
  std::map<const void*, std::string> owners;
  for (const auto& [name, weight] : subject.model().weights()) {
    if (!weight.defined() || weight.scalar_type() != at::kFloat)
      throw Error(fmt::format("{}: is {} after unlearning (weights are float32)", name,
                              weight.defined() ? toString(weight.scalar_type()) : "undefined"));
    if (const auto [owner, own] = owners.emplace(weight.const_data_ptr(), name);
        !own && weight.numel() > 0)
      throw Error(fmt::format("{}: shares its memory with {} (each weight has its own)", name,
                              owner->second));
    out[name] = weight.detach().to(at::kCPU, at::kFloat).clone(at::MemoryFormat::Contiguous);
    if (!out[name].isfinite().all().item<bool>()) {
      NotFinite error(
          fmt::format("{}: has values that are not finite after unlearning (a lower "
                      "learning rate may help)",
                      name));
      error.trajectory = trajectory;
      throw error;
    }
  }
  subject.check(out);
  return out;
}

}  // namespace

Unlearned unlearn(Subject& subject, const Entry& method, const UnlearnJob& job,
                  const std::function<void(const Progress&)>& progress) {
  const DeterministicScope deterministic;
  const LoopOptions options{job.training, job.kl, job.seed};
  Trajectory trajectory(progress);
  NamedTensors unlearned;
  run_plugin(method.info.id, [&] {
    if (method.make_objective) {
      const auto objective = method.make_objective(job.params);
      run_loop(subject, *objective, options, {}, trajectory);
    } else {
      TrainContext context(subject, options, trajectory);
      method.make_method(job.params)->run(context);
    }
    unlearned = final_weights(subject, trajectory.json());
  });
  return {std::move(unlearned), trajectory.json()};
}

Unlearned unlearn(const Checkpoint& original, SampleSets sets, const Entry& method,
                  const UnlearnJob& job, const std::function<void(const Progress&)>& progress) {
  if (job.kl.coarse > 0 && !sets.forget.taxonomy.hierarchical())
    throw ConfigError("kl.coarse: the dataset has no coarse class names (set it to 0)");
  const DeterministicScope deterministic;
  NamedTensors weights;
  for (const auto& [name, weight] : job.begin.empty() ? original.weights : job.begin)
    weights[name] =
        weight.detach().to(job.device, at::kFloat, false, /*copy=*/true).requires_grad_(true);
  Clip student(original.config, std::move(weights));
  ClipSubject subject(student, original.tokenizer, std::move(sets.forget), std::move(sets.retain),
                      job.training);
  subject.set_original(original.weights);
  return unlearn(subject, method, job, progress);
}

}  // namespace lacuna
