// What the tests of the method plugins share: the real plugins, and a batch of given logits.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "plugin/registry.hpp"

namespace lacuna::testing {

inline const std::vector<std::string> method_ids{"ga",      "npo",      "nhl",         "gdiff",
                                                 "relabel", "me",       "task_vector", "salun",
                                                 "pcgrad",  "quantise", "relearn"};

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

// A question of given logits about samples 0, 1, …
class FakeQuestion final : public Question {
 public:
  struct Logits {
    at::Tensor student = {}, teacher = {}, target = {};
  };
  // `sample`: whose row each one is; undefined where row i is sample i.
  FakeQuestion(std::string name, Logits of, at::Tensor sample = {})
      : name_(std::move(name)), of_(std::move(of)), sample_(std::move(sample)) {}

  const std::string& name() const override { return name_; }
  at::Tensor student() const override { return of_.student; }
  at::Tensor teacher() const override { return of_.teacher; }
  at::Tensor teacher_nll() const override { return cross_entropy(teacher(), target()); }
  at::Tensor target() const override { return of_.target; }
  at::Tensor sample() const override { return sample_; }
  at::Tensor row() const override { return at::arange(of_.target.size(0)); }

 private:
  std::string name_;
  Logits of_;
  at::Tensor sample_;
};

// A batch of given logits, as a request asks them of pictures: the fine name of every row is to be
// forgotten, the coarse one where it says so, and kept on the other rows.
class FakeBatch final : public Batch {
 public:
  using OfLevel = FakeQuestion::Logits;

  explicit FakeBatch(OfLevel fine) : size_(fine.target.size(0)) {
    forget_.emplace_back("fine", std::move(fine));
  }
  // `forgets_coarse`: bool [N], or undefined as under goal `fine`.
  FakeBatch(OfLevel fine, const OfLevel& coarse, const at::Tensor& forgets_coarse = {})
      : FakeBatch(std::move(fine)) {
    const auto gone = forgets_coarse.defined() ? forgets_coarse : at::zeros({size_}, at::kBool);
    ask("coarse", coarse, gone, forget_);
    ask("coarse", coarse, gone.logical_not(), keep_);
  }
  FakeBatch(std::int64_t size, std::vector<FakeQuestion> forget,
            std::vector<FakeQuestion> keep = {})
      : size_(size), forget_(std::move(forget)), keep_(std::move(keep)) {}
  FakeBatch(const FakeBatch&) = delete;

  Side forget() const override { return side(forget_, asked_of_forget_); }
  Side keep() const override { return side(keep_, asked_of_keep_); }

 private:
  using Asked = std::vector<const Question*>;

  static void ask(const char* name, const OfLevel& of, const at::Tensor& rows,
                  std::vector<FakeQuestion>& side) {
    if (rows.all().item<bool>()) {
      side.emplace_back(name, of);
    } else if (rows.any().item<bool>()) {
      const auto sample = rows.nonzero().flatten();
      const auto some = [&](const at::Tensor& all) { return all.index_select(0, sample); };
      side.emplace_back(name, OfLevel{some(of.student), some(of.teacher), some(of.target)}, sample);
    }
  }
  Side side(const std::vector<FakeQuestion>& questions, Asked& asked) const {
    asked.clear();
    for (const auto& question : questions) asked.push_back(&question);
    return {asked, size_, at::arange(size_)};
  }

  std::int64_t size_;
  std::vector<FakeQuestion> forget_, keep_;
  mutable Asked asked_of_forget_, asked_of_keep_;
};

inline const Question& fine_of(const Batch& batch) {
  return *find_question(batch.forget(), "fine");
}

// A model of nothing but weights.
class FakeModel final : public Model {
 public:
  std::string family() const override { return "fake"; }
  NamedTensors& weights() override { return named; }
  std::vector<std::string> layers() const override { return {}; }
  at::Tensor hidden(const Samples&, const at::Tensor&, const std::string& layer) override {
    throw Error(layer + ": no such layer");
  }

  NamedTensors named = {};
};

// A context that catches the objectives of a method instead of training. The weights are those of
// `fake`, the gradient of any objective is `gradients`.
class CatchingContext : public UnlearnContext {
 public:
  using Use = std::function<void(Objective&)>;
  explicit CatchingContext(Use trained, Use derived = {})
      : trained_(std::move(trained)), derived_(std::move(derived)) {}

  const Samples& forget() const override { return samples; }
  const Samples& retain() const override { return retained; }
  Model& model() override { return fake; }
  Model& open(const std::string& name) override { throw ConfigError(name + ": no such model"); }
  std::unique_ptr<Batch> batch(const at::Tensor&, const at::Tensor&) override {
    throw Error("batch: there are no samples");
  }
  void train(Objective& objective, const TrainOptions& given) override {
    options = given;
    trained_(objective);
  }
  NamedTensors gradient(Objective& objective, Over, const at::Tensor&) override {
    if (derived_) derived_(objective);
    return gradients;
  }
  std::int64_t epochs() const override { return 1; }
  at::Generator generator(const std::string& purpose) override {
    return make_generator(0, purpose);
  }
  void log(const std::string& name, double value) override { logged[name] = value; }

  Samples samples = {}, retained = {};
  FakeModel fake = {};
  NamedTensors gradients = {};
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
inline at::Tensor gradient(Objective& of, const at::Tensor& student, const at::Tensor& teacher,
                           const at::Tensor& target) {
  const auto leaf = student.detach().clone().requires_grad_(true);
  of.loss(FakeBatch({leaf, teacher, target}), {}).backward();
  return leaf.grad();
}

}  // namespace lacuna::testing
