#include "train/unlearn.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <exception>

#include "lacuna/random.hpp"
#include "plugin/registry.hpp"
#include "support/compute_mode.hpp"
#include "train/clip_batch.hpp"
#include "train/loop.hpp"
#include "train/trajectory.hpp"

namespace lacuna {
namespace {

class Context final : public UnlearnContext {
 public:
  Context(Clip& student, const ClipBatches& batches, const LoopOptions& options,
          Trajectory& trajectory)
      : student_(student), batches_(batches), options_(options), trajectory_(trajectory) {}

  const ForgettingSet& forgetting_set() const override { return batches_.set(); }
  NamedTensors& weights() override { return student_.weights(); }

  void train(Objective& objective, const TrainOptions& given) override {
    run_loop(student_, batches_, objective, options_, given, trajectory_);
  }

  NamedTensors gradient(Objective& objective) override {
    return set_gradient(student_, batches_, objective, options_);
  }

  at::Generator generator(const std::string& purpose) override {
    return make_generator(options_.seed, "method/" + purpose);
  }

  void log(const std::string& name, double value) override { trajectory_.log(name, value); }

 private:
  Clip& student_;
  const ClipBatches& batches_;
  const LoopOptions& options_;
  Trajectory& trajectory_;
};

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

NamedTensors final_weights(const Clip& student, const nlohmann::json& trajectory) {
  NamedTensors out;
  for (const auto& [name, weight] : student.weights()) {
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
  Clip(student.config(), out);  // refuses what a method may have removed, added or reshaped
  return out;
}

}  // namespace

Unlearned unlearn(const Checkpoint& original, const ForgettingSet& set, const Entry& method,
                  const UnlearnJob& job, const std::function<void(const Progress&)>& progress) {
  if (job.kl.coarse > 0 && !set.taxonomy.hierarchical())
    throw ConfigError("kl.coarse: the dataset has no coarse class names (set it to 0)");
  const DeterministicScope deterministic;
  NamedTensors weights;
  for (const auto& [name, weight] : original.weights)
    weights[name] =
        weight.detach().to(job.device, at::kFloat, false, /*copy=*/true).requires_grad_(true);
  Clip student(original.config, std::move(weights));
  const ClipBatches batches(student, original.tokenizer, set, job.training);
  const LoopOptions options{job.training, job.kl, job.seed};
  Trajectory trajectory(progress);

  NamedTensors unlearned;
  run_plugin(method.info.id, [&] {
    if (method.make_objective) {
      const auto objective = method.make_objective(job.params);
      run_loop(student, batches, *objective, options, {}, trajectory);
    } else {
      Context context(student, batches, options, trajectory);
      method.make_method(job.params)->run(context);
    }
    unlearned = final_weights(student, trajectory.json());
  });
  return {std::move(unlearned), trajectory.json()};
}

}  // namespace lacuna
