// unlearn() on the strict device: nothing meets a tensor of another device, the result is the CPU's
// to the bit, and no step waits for the device or copies to or from it.
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <limits>

#include "lacuna/error.hpp"
#include "runs.hpp"

namespace lacuna::testing {
namespace {

// What a run of so many samples and epochs makes the host wait for. SalUn looks for the weights at
// its threshold once a run, in as many tensors as the numbers have it; that is left out.
DeviceLog log_of(Case one, std::int64_t samples, std::int64_t epochs) {
  one.job.training.epochs = epochs;
  take_log();
  run(one, strict_device(), samples);
  auto log = take_log();
  if (one.method == "salun") log.waits.erase("aten::nonzero");
  return log;
}

std::string text(const DeviceLog& log) {
  std::string out;
  for (const auto* counts : {&log.waits, &log.copies})
    for (const auto& [name, count] : *counts) out += name + ": " + std::to_string(count) + "\n";
  return out;
}

TEST_CASE("a run on the device gives the CPU's weights and trajectory, to the bit") {
  for (const auto& one : all_cases()) {
    CAPTURE(one.name());
    const auto there = run(one, strict_device()), here = run(one, at::kCPU);
    CHECK(equal(there.weights, here.weights));
    CHECK(there.trajectory == here.trajectory);
    CHECK(there.weights.begin()->second.is_cpu());
  }
}

TEST_CASE("a step waits for nothing and copies nothing, whatever is run") {
  for (const auto& one : all_cases()) {
    CAPTURE(one.name());
    // Batches of 4; two samples in ten are held out by checkpoint = validation.
    const auto two_steps = log_of(one, 8, 2), six_steps = log_of(one, 24, 2);
    CAPTURE(text(two_steps), text(six_steps));
    CHECK(two_steps.total_waits() == six_steps.total_waits());
    CHECK(two_steps.to_device() == six_steps.to_device());
    CHECK(two_steps.to_host() == six_steps.to_host());
  }
}

TEST_CASE("an epoch copies its order there and its records back, and nothing else") {
  for (const auto& one : all_cases()) {
    CAPTURE(one.name());
    const auto two = log_of(one, 8, 2), five = log_of(one, 8, 5);
    CAPTURE(text(two), text(five));
    const bool validates = one.job.training.checkpoint == "validation";
    // Whether the fitted labels are the true ones, and the held-out samples' counts.
    CHECK(five.total_waits() - two.total_waits() <= (validates ? 3 : 0));
    CHECK(five.to_device() - two.to_device() == 3);
    CHECK(five.to_host() - two.to_host() == (validates ? 6 : 3));
  }
}

TEST_CASE(
    "bfloat16 under CUDA's autocast lists: it runs, near float32, and a step waits for nothing") {
  for (const auto& tower : kTowers) {
    for (const auto& id : kMethods) {
      auto one = with_kl({.tower = tower, .method = id});
      one.job.training.precision = "bfloat16";
      CAPTURE(one.name());
      const auto two_steps = log_of(one, 8, 2), six_steps = log_of(one, 24, 2);
      CHECK(two_steps.total_waits() == six_steps.total_waits());
      CHECK(two_steps.to_device() == six_steps.to_device());
      CHECK(two_steps.to_host() == six_steps.to_host());
      const auto out = run(one, strict_device());
      const auto& steps = out.trajectory.at("steps");
      CHECK(std::isfinite(steps.back().at("loss").get<double>()));
      one.job.training.precision = "float32";
      const auto exact = run(one, at::kCPU).trajectory.at("steps")[0].at("loss").get<double>();
      CHECK(std::abs(steps[0].at("loss").get<double>() - exact) < 0.05 * (1 + std::abs(exact)));
    }
  }
}

TEST_CASE("a loss that is not finite ends the run with its epoch and names its own step") {
  const auto stop = [](c10::Device device) {
    auto job = tiny_job();
    job.device = device;
    const auto& entry = scripted([](const Batch& batch, std::int64_t call) {
      const auto loss = nll(fine_of(batch)).mean();
      return call == 4 ? loss * std::numeric_limits<double>::quiet_NaN() : loss;
    });
    std::vector<std::int64_t> told;
    try {
      unlearn(tiny_model(), {tiny_set()}, entry, job, [&](const Progress& progress) {
        if (progress.loss) told.push_back(progress.step);
      });
    } catch (const NotFinite& error) {
      return nlohmann::json{error.what(), error.trajectory, told};
    }
    return nlohmann::json();
  };
  const auto there = stop(strict_device()), here = stop(at::kCPU);
  CHECK(there[0] == "loss: nan at step 5 of 9, epoch 1 (a lower learning rate may help)");
  CHECK(there[0] == here[0]);
  CHECK(there[1] == here[1]);
  CHECK(there[1].at("steps").size() == 4);
  CHECK(there[2] == nlohmann::json{3});  // at the first epoch's end
  CHECK(here[2] == nlohmann::json{1, 2, 3, 4});
}

TEST_CASE("a display hears of steps while the device works, and of the loss when an epoch ends") {
  auto job = tiny_job();
  job.device = strict_device();
  std::vector<Progress> told;
  unlearn(tiny_model(), {tiny_set()}, method("ga"), job,
          [&](const Progress& progress) { told.push_back(progress); });
  REQUIRE(told.size() >= 4);  // the first step, and three ends of epochs
  CHECK(told[0].step == 1);
  CHECK(told[0].steps == 9);
  CHECK_FALSE(told[0].loss.has_value());
  CHECK(told.back().step == 9);
  CHECK(told.back().loss.has_value());
  CHECK(told.back().forget_accuracy.has_value());
}

TEST_CASE("masks and hooks may come from the host or the device") {
  for (const bool on_device : {false, true}) {
    auto job = tiny_job();
    job.device = strict_device();
    const auto& entry = scripted_method([&](UnlearnContext& context) {
      Scripted::script = [](const Batch& batch, std::int64_t) {
        return nll(fine_of(batch)).mean();
      };
      Scripted objective({});
      TrainOptions options;
      for (const auto& [name, weight] : context.weights()) {
        const auto where = on_device ? weight.device() : at::Device(at::kCPU);
        options.trainable[name] =
            at::zeros(weight.sizes(), at::TensorOptions(at::kBool).device(where));
      }
      options.before_step = [](NamedTensors& gradients, const Moment&) {
        for (auto& [name, gradient] : gradients) gradient.mul_(0.5);
      };
      context.train(objective, options);
    });
    CHECK(equal(unlearn(tiny_model(), {tiny_set()}, entry, job, {}).weights, tiny_model().weights));
  }
}

}  // namespace
}  // namespace lacuna::testing
