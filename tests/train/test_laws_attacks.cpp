// The laws of the attacks: quantise and relearn.
#include <catch2/generators/catch_generators.hpp>
#include <set>

#include "fixtures.hpp"
#include "toy_causal.hpp"

namespace lacuna::testing {
namespace {

Unlearned attacked(const Checkpoint& model, const std::string& id, nlohmann::json params,
                   UnlearnJob job = tiny_job()) {
  job.params = std::move(params);
  return unlearn(model, {tiny_set()}, method(id), job, {});
}

// ---- quantise ----

TEST_CASE("quantise: levels a row, distance to the original, what stays as it was") {
  const std::int64_t bits = GENERATE(8, 4, 2);
  const auto before = tiny_model().weights;
  const auto out = attacked(tiny_model(), "quantise", {{"bits", bits}});
  const std::int64_t most = (1 << (bits - 1)) - 1;
  std::int64_t quantised = 0;
  for (const auto& [name, weight] : before) {
    CAPTURE(name);
    const auto& after = out.weights.at(name);
    if (weight.dim() < 2) {
      CHECK(after.equal(weight));
      continue;
    }
    quantised += weight.numel();
    const auto rows = weight.flatten(1), rounded = after.flatten(1);
    const auto step = rows.abs().amax({1}, true) / most;
    CHECK((rounded - rows).abs().le(step * 0.5001).all().item<bool>());
    CHECK(rounded.abs().amax({1}, true).equal(rows.abs().amax({1}, true)));
    for (std::int64_t row = 0; row < rows.size(0); ++row) {
      const auto values = rounded[row].contiguous();
      const std::set<float> levels(values.const_data_ptr<float>(),
                                   values.const_data_ptr<float>() + values.numel());
      CHECK(std::ssize(levels) <= 2 * most + 1);
    }
  }
  CHECK_FALSE(equal(out.weights, before));
  CHECK(out.trajectory.at("log").at("quantised_weights").at(0) == quantised);
  CHECK(out.trajectory.at("steps").empty());
}

TEST_CASE("quantise: rounding again changes no bit; neither does another seed") {
  const std::int64_t bits = GENERATE(8, 4, 3);
  auto model = tiny_model();
  model.weights.at("visual.proj")[2].zero_();  // a row without a scale
  const auto once = attacked(model, "quantise", {{"bits", bits}}).weights;
  auto rounded = model;
  rounded.weights = once;
  CHECK(equal(attacked(rounded, "quantise", {{"bits", bits}}).weights, once));
  auto job = tiny_job();
  job.seed = 8;
  CHECK(equal(attacked(model, "quantise", {{"bits", bits}}, job).weights, once));
}

TEST_CASE("quantise: bits outside the range are refused") {
  for (const int bits : {1, 17})
    CHECK_THROWS_AS(attacked(tiny_model(), "quantise", {{"bits", bits}}), ConfigError);
}

// ---- relearn ----

TEST_CASE("relearn: so many steps, each over all samples, whatever the suite's epochs") {
  auto job = tiny_job();
  job.training.learning_rate = 5e-3;
  job.kl.fine = 1;
  const auto out = attacked(tiny_model(), "relearn", {{"steps", 7}}, job);
  const auto& steps = out.trajectory.at("steps");
  REQUIRE(steps.size() == 7);
  CHECK(out.trajectory.at("kept_epoch") == 6);
  for (const auto& step : steps) CHECK(step.at("kl_fine").is_null());
  CHECK(steps.back().at("loss").get<double>() < steps.front().at("loss").get<double>());
}

TEST_CASE("relearn: a model knows again what it was made to forget") {
  const Passages forget{{1, 2, 3}, {2, 3, 4, 5}, {7, 6}};
  ToySubject subject(ToySubject::initial_weights(), forget, {});
  auto job = tiny_job();
  job.training.learning_rate = 0.05;
  job.params = {{"steps", 30}};
  const auto out = unlearn(subject, method("relearn"), job, {});
  const auto& steps = out.trajectory.at("steps");
  REQUIRE(steps.size() == 30);
  const auto accuracy = [](const nlohmann::json& step) {
    return step.at("forget_accuracy").get<double>();
  };
  CHECK(accuracy(steps.front()) < 0.5);
  CHECK(accuracy(steps.back()) > 0.99);
}

}  // namespace
}  // namespace lacuna::testing
