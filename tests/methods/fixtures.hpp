// What the tests of the method plugins share: the real plugins, and a batch of given logits.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "plugin/registry.hpp"

namespace lacuna::testing {

inline const std::vector<std::string> method_ids{"ga",      "npo", "nhl",         "gdiff",
                                                 "relabel", "me",  "task_vector", "salun"};

inline const Entry& method(const std::string& id) {
  static auto& registry = *[] {
    auto* all = new Registry;
    for (const auto& name : method_ids)
      all->load(std::filesystem::path(LACUNA_PLUGIN_DIR) / (name + ".so"));
    return all;
  }();
  return *registry.find(Kind::method, id).entry;
}

inline std::unique_ptr<Objective> objective(const std::string& id,
                                            const nlohmann::json& params = {}) {
  REQUIRE(method(id).make_objective != nullptr);
  return method(id).make_objective(params);
}

// A batch of given logits; rows are samples 0, 1, ….
class FakeBatch final : public Batch {
 public:
  struct OfLevel {
    at::Tensor student, teacher, target;
  };
  // `forgets_coarse`: bool [N], or undefined as under goal `fine`.
  FakeBatch(OfLevel fine, OfLevel coarse, at::Tensor forgets_coarse = {})
      : levels_{{Level::fine, fine}, {Level::coarse, coarse}},
        forgets_coarse_(std::move(forgets_coarse)) {}
  explicit FakeBatch(OfLevel fine) : levels_{{Level::fine, fine}} {}

  bool has(Level level) const override { return levels_.contains(level); }
  at::Tensor student(Level level) const override { return of(level).student; }
  at::Tensor teacher(Level level) const override { return of(level).teacher; }
  at::Tensor target(Level level) const override { return of(level).target; }
  at::Tensor forgets_coarse() const override { return forgets_coarse_; }
  at::Tensor index() const override { return at::arange(target(Level::fine).size(0)); }

 private:
  const OfLevel& of(Level level) const {
    if (!has(level)) throw ConfigError(std::string(to_string(level)) + ": not there");
    return levels_.at(level);
  }
  std::map<Level, OfLevel> levels_;
  at::Tensor forgets_coarse_;
};

// A context that catches the objectives of a method instead of training. Its weights are `weights`,
// the gradient of any objective is `gradients`.
class CatchingContext : public UnlearnContext {
 public:
  using Use = std::function<void(Objective&)>;
  explicit CatchingContext(Use trained, Use derived = {})
      : trained_(std::move(trained)), derived_(std::move(derived)) {}

  const ForgettingSet& forgetting_set() const override { return set; }
  NamedTensors& weights() override { return weights_of_model; }
  void train(Objective& objective, const TrainOptions& given) override {
    options = given;
    trained_(objective);
  }
  NamedTensors gradient(Objective& objective) override {
    if (derived_) derived_(objective);
    return gradients;
  }
  at::Generator generator(const std::string& purpose) override {
    return make_generator(0, purpose);
  }
  void log(const std::string& name, double value) override { logged[name] = value; }

  ForgettingSet set = {};
  NamedTensors weights_of_model = {}, gradients = {};
  TrainOptions options = {};
  std::map<std::string, double> logged = {};

 private:
  Use trained_, derived_;
};

// The worked example of the paper's losses: two rows, four fine and two coarse names.
inline FakeBatch worked_example() {
  const auto rows = [](std::vector<float> values, std::int64_t columns) {
    return at::tensor(values).view({2, columns});
  };
  const auto target = at::tensor({std::int64_t{0}, std::int64_t{1}}, at::kLong);
  return {{rows({2, 1, .5, -1, -1, -2, -.5, -3}, 4).requires_grad_(true),
           rows({3, 1, 0, -1, -.5, -1, -1.5, -2}, 4), target},
          {rows({1, 0, .2f, .4f}, 2).requires_grad_(true), rows({2, 0, 0, 1}, 2), target}};
}

// Logits [n, classes] and labels from a seed.
inline at::Tensor random_logits(std::int64_t n, std::int64_t classes, std::uint64_t seed) {
  return at::randn({n, classes}, make_generator(seed, "logits"), at::kFloat) * 3;
}
inline at::Tensor random_labels(std::int64_t n, std::int64_t classes, std::uint64_t seed) {
  return at::randint(classes, {n}, make_generator(seed, "labels"), at::kLong);
}

// The gradient of the loss over a batch whose student's fine logits are `student`.
inline at::Tensor gradient(const Objective& of, const at::Tensor& student,
                           const at::Tensor& teacher, const at::Tensor& target) {
  const auto leaf = student.detach().clone().requires_grad_(true);
  of.loss(FakeBatch({leaf, teacher, target})).backward();
  return leaf.grad();
}

}  // namespace lacuna::testing
